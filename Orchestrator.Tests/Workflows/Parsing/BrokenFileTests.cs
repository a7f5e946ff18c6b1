using Orchestrator.Tests.Workflows.Support;

namespace Orchestrator.Tests.Workflows.Parsing;

/// <summary>One mistake each, with the exact place that must be named.</summary>
internal sealed class BrokenFileTests
{
    private static IEnumerable<TestCaseData> Yaml =>
    [
        Broken.File("§", "", "the file is empty"),
        Broken.File("§# nothing but a comment\n", "", "the file is empty"),
        Broken.File("§just text", "", "expected a mapping, found the text `just text`"),
        Broken.File("§- a\n- b\n", "", "expected a mapping, found a list"),
        Broken.File("key: k\nsteps:\n§\t- id: a\n", "", "a tab is used for indentation"),
        Broken.File("key: a§\0b\n", "", "the file is not text"),
        Broken.File("key: k\nsteps: [{id: a, call: /x}]\n§---\nkey: l\n", "", "found a second document"),
        Broken.File("key: k\n§key: l\nsteps: [{id: a, call: /x}]\n", "key", "the key `key` is here twice, first in line 1"),
        Broken.File("key: k\nsteps: [{id: a, call: /x, body: §*none}]\n", "", "there is no anchor `&none`"),
        Broken.File("key: k\nsteps: [{id: a, call: /x, body: &b {c: §*b}}]\n", "", "the alias `*b` holds itself"),
        Broken.File("key: k\nsteps: [{id: a, call: /x, body: {§<<: {b: 1}}}]\n", "", "merge keys (`<<`) are not supported"),
        Broken.File("key: k\nsteps: [{id: a, call: /x, body: §!custom 1}]\n", "", "the tag `!custom` is not supported"),
        Broken.File("key: k\nsteps: [{id: a, call: /x, body: {§[1]: 2}}]\n", "", "a key must be text"),
    ];

    private static IEnumerable<TestCaseData> TopLevel =>
    [
        Broken.File("§steps: [{id: a, call: /x}]\n", "", "`key` is missing"),
        Broken.File("§key: k\n", "", "`steps` is missing"),
        Broken.File("key: §Daily Run\nsteps: [{id: a, call: /x}]\n", "key", "`Daily Run` can't be a workflow's key"),
        Broken.File("key: §7\nsteps: [{id: a, call: /x}]\n", "key", "expected text, found the number 7. Put it in quotes."),
        Broken.File("key: k\n§id: l\nsteps: [{id: a, call: /x}]\n", "id", "`id` is given twice, as `key` before"),
        Broken.File("key: k\n§stepz: []\nsteps: [{id: a, call: /x}]\n", "stepz", "unknown field `stepz`. Did you mean `steps`?"),
        Broken.File("key: k\nsteps: §[]\n", "steps", "there are no steps"),
        Broken.File("key: k\nsteps: §{id: a}\n", "steps", "expected a list of steps, found a mapping"),
        Broken.File("key: k\n§secrets: [A]\nsteps: [{id: a, call: /x}]\n", "secrets", "`secrets` is not yet supported"),
        Broken.File("key: k\nconditions: §[]\nsteps: [{id: a, call: /x}]\n", "conditions", "`conditions` belong to `agents`"),
        Broken.File("key: k\n§agents: [1]\nsteps: [{id: a, call: /x}]\n", "agents", "a workflow has `steps` or `agents`, not both"),
        Broken.File("key: k\nvariables: §[1]\nsteps: [{id: a, call: /x}]\n", "variables", "expected a mapping, found a list"),
        Broken.File("key: k\nconfig: {timeout_ms: §5s}\nsteps: [{id: a, call: /x}]\n", "config.timeout_ms", "expected a whole number, found the text `5s`"),
        Broken.File("key: k\nconfig: {timeout: §\"5\"}\nsteps: [{id: a, call: /x}]\n", "config.timeout", "Remove the quotes."),
        Broken.File("key: k\nconfig: {queue: §mail-low}\nsteps: [{id: a, call: /x}]\n", "config.queue", "`mail-low` is a lane of a queue"),
        Broken.File("key: k\nconfig: {max_retries: §0}\nsteps: [{id: a, call: /x}]\n", "config.max_retries", "0 is not between 1 and 1000"),
        Broken.File("key: k\nconfig: {priority: §soon}\nsteps: [{id: a, call: /x}]\n", "config.priority", "`soon` is none of `urgent`, `high`, `medium`, `low`"),
        Broken.File("key: k\nconfig: {snapshot_interval_ms: §999}\nsteps: [{id: a, call: /x}]\n", "config.snapshot_interval_ms", "999 ms between two snapshots are too few"),
        Broken.File("key: k\nconfig: {§max_parallel: 3}\nsteps: [{id: a, call: /x}]\n", "config.max_parallel", "not yet supported"),
        Broken.File("key: k\ndefaults: {on_failure: §sometimes}\nsteps: [{id: a, call: /x}]\n", "defaults.on_failure", "`sometimes` is none of"),
        Broken.File("key: k\ndefaults: {rate_limit: {key: '{{ results.§z }}', capacity: 1, refill_per_second: 1}}\nsteps: [{id: a, call: /x}]\n", "defaults.rate_limit.key", "there is no step `z`"),
        Broken.File("key: k\ndefaults: {retry: {backoff: §slow}}\nsteps: [{id: a, call: /x}]\n", "defaults.retry.backoff", "`slow` is none of"),
        Broken.File("key: k\ntags: [a, §[b]]\nsteps: [{id: a, call: /x}]\n", "tags[1]", "expected text, found a list"),
        Broken.File("key: k\ninputs: {n: {type: §text}}\nsteps: [{id: a, call: /x}]\n", "inputs.n.type", "`text` is none of `string`"),
        Broken.File("key: k\ninputs: {n: {type: number, default: §yes}}\nsteps: [{id: a, call: /x}]\n", "inputs.n.default", "expected a default of type number, found the text `yes`"),
        Broken.File("key: k\ninputs: {n: {pattern: §'(?=a)'}}\nsteps: [{id: a, call: /x}]\n", "inputs.n.pattern", "the pattern can't be used"),
        Broken.File("key: k\ninputs: {n: §{min: 3, max: 2}}\nsteps: [{id: a, call: /x}]\n", "inputs.n", "`min` 3 is greater than `max` 2"),
    ];

    private static IEnumerable<TestCaseData> Triggers =>
    [
        Broken.File("key: k\ntrigger: §{cron: '* * * * *'}\nsteps: [{id: a, call: /x}]\n", "trigger", "the trigger has no `type`"),
        Broken.File("key: k\ntrigger: §{type: cron}\nsteps: [{id: a, call: /x}]\n", "trigger", "a trigger of type `cron` needs `cron`"),
        Broken.File("key: k\ntrigger: {type: cron, cron: §'* * *'}\nsteps: [{id: a, call: /x}]\n", "trigger.cron", "expected 5 or 6 fields, found 3"),
        Broken.File("key: k\ntrigger: {type: cron, cron: 0 7 * * *, timezone: §Europe/Belrin}\nsteps: [{id: a, call: /x}]\n", "trigger.timezone", "`Europe/Belrin` is no IANA time zone. Did you mean `Europe/Berlin`?"),
        Broken.File("key: k\ntrigger: {type: cron, cron: 0 7 * * *, timezone: §Middle-earth}\nsteps: [{id: a, call: /x}]\n", "trigger.timezone", "Write it like Europe/Berlin."),
        Broken.File("key: k\ntrigger: {type: cron, cron: 0 §24 * * *}\nsteps: [{id: a, call: /x}]\n", "trigger.cron", "field 2 (hour): expected 0–23, found `24`"),
        Broken.File("key: k\ntrigger: {type: cron, cron: '0  0 1,§32 * *'}\nsteps: [{id: a, call: /x}]\n", "trigger.cron", "field 3 (day of month): expected 1–31, found `32`"),
        Broken.File("key: k\ntrigger: {type: cron, cron: \"*/5\\t* * * §MONDAY\"}\nsteps: [{id: a, call: /x}]\n", "trigger.cron", "expected 0–7 or SUN–SAT, found `MONDAY`"),
        Broken.File("key: k\ntrigger:\n  type: cron\n  cron: >\n    0 0 * *\n    1-§\n\nsteps: [{id: a, call: /x}]\n", "trigger.cron", "field 5 (day of week): expected 0–7 or SUN–SAT, found nothing"),
        Broken.File("key: k\ntrigger: {type: cron, cron: §'@dayly'}\nsteps: [{id: a, call: /x}]\n", "trigger.cron", "found `@dayly`"),
        Broken.File("key: k\ntrigger: {type: manual, timezone: §UTC}\nsteps: [{id: a, call: /x}]\n", "trigger.timezone", "doesn't belong to a trigger of type `manual`"),
        Broken.File("key: k\ntriggers: [{type: manual}, §{type: workflow, on: completed}]\nsteps: [{id: a, call: /x}]\n", "triggers[1]", "a trigger of type `workflow` needs `workflow_key`"),
        Broken.File("key: k\ntrigger: §{type: workflow, workflow_key: b}\nsteps: [{id: a, call: /x}]\n", "trigger", "a trigger of type `workflow` needs `on`"),
        Broken.File("key: k\ntrigger: {type: workflow, on: §cancelled, workflow_key: b}\nsteps: [{id: a, call: /x}]\n", "trigger.on", "`cancelled` is none of `completed`, `failed`"),
        Broken.File("key: k\ntrigger: {type: workflow, on: §[], workflow_key: b}\nsteps: [{id: a, call: /x}]\n", "trigger.on", "the list is empty"),
        Broken.File("key: k\ntrigger: {type: workflow, on: failed, workflow_key: [§B]}\nsteps: [{id: a, call: /x}]\n", "trigger.workflow_key[0]", "can't be a workflow's key"),
        Broken.File("key: k\ntrigger: §{type: workflow, on: failed, workflow_key: [a, k]}\nsteps: [{id: a, call: /x}]\n", "trigger", "`k` would start itself again and again"),
        Broken.File("key: k\ntrigger: {type: webhook, secret: A, on: §failed}\nsteps: [{id: a, call: /x}]\n", "trigger.on", "`on` doesn't belong to a trigger of type `webhook`"),
        Broken.File("key: k\ntrigger: §{type: webhook}\nsteps: [{id: a, call: /x}]\n", "trigger", "a trigger of type `webhook` needs `secret`"),
        Broken.File("key: k\ntrigger: {type: webhook, secret: §hunter2}\nsteps: [{id: a, call: /x}]\n", "trigger.secret", "this is no name of a secret. Write a name of A-Z, 0-9 and _"),
        Broken.File("key: k\ntrigger: {type: manual, secret: §NAME}\nsteps: [{id: a, call: /x}]\n", "trigger.secret", "`secret` doesn't belong to a trigger of type `manual`"),
        Broken.File("key: k\ntrigger: {type: event, event_types: §[]}\nsteps: [{id: a, call: /x}]\n", "trigger.event_types", "the list is empty"),
        Broken.File("key: k\ntrigger: {type: event, event_types: a, debounce_ms: §0}\nsteps: [{id: a, call: /x}]\n", "trigger.debounce_ms", "0 is not between 1 and"),
        Broken.File("key: k\ntrigger: {type: event, event_types: a, batch: §{size: 5}}\nsteps: [{id: a, call: /x}]\n", "trigger.batch", "a batch needs `size` and `ms`"),
        Broken.File("key: k\ntrigger: {type: event, event_types: a, batch: {size: §5000, ms: 1}}\nsteps: [{id: a, call: /x}]\n", "trigger.batch.size", "5000 is not between 1 and 1000"),
        Broken.File("key: k\ntrigger: {type: event, event_types: a, debounce_ms: 1, batch: §{size: 5, ms: 1}}\nsteps: [{id: a, call: /x}]\n", "trigger.batch", "exclude each other"),
        Broken.File("key: k\ntrigger: {type: cron, cron: \"* * * * *\", debounce_ms: §5}\nsteps: [{id: a, call: /x}]\n", "trigger.debounce_ms", "`debounce_ms` doesn't belong"),
        Broken.File("key: k\ntrigger: {type: event, event_types: a, match: §inputs.x}\nsteps: [{id: a, call: /x}]\n", "trigger.match", "unknown name `inputs`. Known are `event`"),
        Broken.File("key: k\ntrigger: {type: event, event_types: a, match: event.x ==§}\nsteps: [{id: a, call: /x}]\n", "trigger.match", "expected a value"),
        Broken.File("key: k\ntrigger: {type: cron, cron: 0 7 * * *, match: §event.x}\nsteps: [{id: a, call: /x}]\n", "trigger.match", "`match` doesn't belong to a trigger of type `cron`"),
        Broken.File("key: k\ntrigger: {type: cron, cron: 0 7 * * *, misfire: §never}\nsteps: [{id: a, call: /x}]\n", "trigger.misfire", "`never` is none of `once`, `all`, `skip`"),
        Broken.File("key: k\ntrigger: {type: event, event_types: a, misfire: §all}\nsteps: [{id: a, call: /x}]\n", "trigger.misfire", "`misfire` doesn't belong to a trigger of type `event`"),
        Broken.File("key: k\nsteps: [{id: a, call: /x, when: §event.x}]\n", "steps[0].when", "unknown name `event`"),
        Broken.File("key: k\ntrigger: {type: §sometimes}\nsteps: [{id: a, call: /x}]\n", "trigger.type", "`sometimes` is none of"),
    ];

    private static IEnumerable<TestCaseData> Steps =>
    [
        Broken.Steps("  - §call: /x\n", "steps[0]", "the step has no `id`"),
        Broken.Steps("  - §id: a\n", "steps[0]", "the step has no `type`"),
        Broken.Steps("  - id: §-a\n    call: /x\n", "steps[0].id", "`-a` can't be a step's id"),
        Broken.Steps("  - §text\n", "steps[0]", "expected a mapping, found the text `text`"),
        Broken.Steps("  - {id: a, call: /x}\n  - {id: §a, call: /x}\n", "steps[1].id", "the step id `a` is here twice, first in line 3"),
        Broken.Steps("  - id: a\n    type: §htpp\n    url: http://x\n", "steps[0].type", "unknown type `htpp`. Did you mean `http`?"),
        Broken.Steps("  - §{id: a, call: /x, url: 'http://x'}\n", "steps[0]", "the step has both `call` and `url`"),
        Broken.Steps("  - §{id: a, type: http}\n", "steps[0]", "an http step needs `call` or `url`"),
        Broken.Steps("  - §{id: a, type: transform}\n", "steps[0]", "a step of type `transform` needs `value`"),
        Broken.Steps("  - {id: a, type: transform, value: 1, §method: GET}\n", "steps[0].method", "`method` belongs to steps of type `http`"),
        Broken.Steps("  - {id: a, call: §x/y}\n", "steps[0].call", "expected a path that begins with one /"),
        Broken.Steps("  - {id: a, call: §//evil.example/x}\n", "steps[0].call", "expected a path that begins with one /"),
        Broken.Steps("  - {id: a, url: §'ftp://x'}\n", "steps[0].url", "expected an address that begins with http:// or https://"),
        Broken.Step("§dependson: []", "dependson", "unknown field `dependson`. Did you mean `depends_on`?"),
        Broken.Step("depends_on: [§b]", "depends_on[0]", "there is no step `b`"),
        Broken.Step("depends_on: §a", "depends_on", "the step `a` names itself"),
        Broken.Step("next: [§ab]", "next[0]", "there is no step `ab`"),
        Broken.Step("method: §FETCH", "method", "`FETCH` is none of GET, POST"),
        Broken.Step("expect_status: [200, §2000]", "expect_status[1]", "2000 is not between 100 and 599"),
        Broken.Step("headers: {§'a b': c}", "headers[\"a b\"]", "`a b` is no header's name"),
        Broken.Step("headers: §[a]", "headers", "expected a mapping, found a list"),
        Broken.Step("retry: {on: [§503x]}", "retry.on[0]", "expected a status code or one of"),
        Broken.Step("retries: §-1", "retries", "-1 is not between 0 and 999"),
        Broken.Step("queue: §Fast Lane", "queue", "`Fast Lane` is no queue's name"),
        Broken.Step("priority: §5", "priority", "5 is not between 1 and 4"),
        Broken.Step("join: §most", "join", "`most` is none of"),
        Broken.Step("on_failure: §never", "on_failure", "`never` is none of"),
        Broken.Step("rateLimit: §text", "rateLimit", "expected a mapping, found the text `text`"),
        Broken.Step("rate_limit: §{key: k, capacity: 1}", "rate_limit", "`refill_per_second` is missing. Write it like { key:"),
        Broken.Step("rate_limit: {§kye: k, key: k, capacity: 1, refill_per_second: 1}", "rate_limit.kye", "unknown field `kye`. Did you mean `key`?"),
        Broken.Step("rate_limit: {key: k, capacity: §0, refill_per_second: 1}", "rate_limit.capacity", "0 is not between 1 and 1000000"),
        Broken.Step("rate_limit: {key: k, capacity: 1, refillPerSecond: §0}", "rate_limit.refillPerSecond", "0 is not between"),
        Broken.Step("rate_limit: {key: §'', capacity: 1, refill_per_second: 1}", "rate_limit.key", "it is empty"),
        Broken.Step("rate_limit: {key: 'user:{{ §rnu.user_id }}', capacity: 1, refill_per_second: 1}", "rate_limit.key", "unknown name `rnu`. Did you mean `run`?"),
        Broken.Step("rate_limit: {key: '{{ results.§b }}', capacity: 1, refill_per_second: 1}", "rate_limit.key", "there is no step `b`"),
        Broken.Step("exclusive: §[a]", "exclusive", "expected text, found a list"),
        Broken.Step("exclusive: §'run:'", "exclusive", "there is no name after `run:`"),
        Broken.Step($"exclusive: §{new string('x', 201)}", "exclusive", "it has 201 characters; 200 are allowed"),
        Broken.Step("exclusive: 'x{{ results.§a }}'", "exclusive", "a step can't read its own result before it has one"),
        Broken.Step("config: {§depends_on: []}", "config.depends_on", "must stand on the step itself"),
        Broken.Step("config: {§call: /y}", "config.call", "`call` is given twice"),
        Broken.Step("timeout: §0", "timeout", "0 is not between 1 and"),
        Broken.Steps("  - §{id: a, call: /x, depends_on: b}\n  - {id: b, call: /x, depends_on: a}\n", "steps[0]", "a → b → a"),
        Broken.Steps("  - {id: z, call: /x}\n  - §{id: a, call: /x, depends_on: [c, z]}\n  - {id: b, call: /x, depends_on: a}\n  - {id: c, call: /x, depends_on: b}\n", "steps[1]", "a → b → c → a"),
    ];

    [TestCaseSource(nameof(Yaml))]
    [TestCaseSource(nameof(TopLevel))]
    [TestCaseSource(nameof(Triggers))]
    [TestCaseSource(nameof(Steps))]
    public void A_mistake_is_reported_where_it_is(string text, string path, string fragment) => Broken.Check(text, path, fragment);
}
