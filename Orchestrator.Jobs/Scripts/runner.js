'use strict';

// Runs in a Node.js process of its own, for one script: gets two lines, says what happens in lines of JSON, and ends.
// Whatever a script reaches here it reaches in a process without files, network, children, environment or rights.
// `contextSource` stands before this text.
const { createContext, Script } = require('vm');
const { readSync, writeSync } = require('fs');
const { randomBytes } = require('crypto');
const { networkInterfaces } = require('os');
const { setTimeout, clearTimeout, setInterval, clearInterval, process, Buffer } = globalThis;

const exit = process.reallyExit.bind(process);
const { stringify, parse } = JSON;
const timers = new Map();
let texts = {};
let lines = 0;
let inContext;

const write = message => {
  const bytes = Buffer.from(stringify(message) + '\n');
  for (let done = 0; done < bytes.length;) done += writeSync(1, bytes, done);
};

const end = message => {
  write(message);
  exit(0);
};

/** What the context may ask for. Takes and gives primitives, and functions of the context. */
const host = {
  log(level, text, most) {
    lines++;
    if (lines < most) write({ log: [level, text] });
    else if (lines === most) write({ log: ['warning', 'The script writes more lines; they are left out.'] });
  },
  succeed: json => end({ result: json }),
  fail: (kind, message, line, column) => end({ error: { kind, message, line, column } }),
  start(id, delay, repeats) {
    timers.set(id, (repeats ? setInterval : setTimeout)(() => inContext.fire(id), delay));
  },
  stop(id) {
    clearTimeout(timers.get(id));
    clearInterval(timers.get(id));
    timers.delete(id);
  },
  random: count => randomBytes(count).toString('hex'),
  text: path => texts[path],
  compile(path) {
    try {
      return compile(`(function (exports, require, module, __filename, __dirname) {${texts[path]}\n})`, path, 0);
    } catch (error) {
      return `${path}: ${error.message}`;
    }
  },
};

const compile = (text, filename, lineOffset) => new Script(text, { filename, lineOffset }).runInContext(context);

const context = createContext(Object.create(null), { codeGeneration: { strings: false, wasm: false } });
const intrinsics = new Script('Object.getOwnPropertyNames(globalThis)').runInContext(context);
inContext = compile(contextSource, 'sandbox', 0)(host);

/** Where a syntax error is: Node.js writes the line before the message, and marks the place under its text. */
const failSyntax = error => {
  const [place = '', , mark = ''] = String(error.stack).split('\n');
  const line = Number(/:(\d+)$/.exec(place)?.[1]);
  end({ error: { kind: 'syntax', message: String(error.message), line, column: mark.indexOf('^') + 1 } });
};

const readLines = count => {
  const chunks = [];
  for (let found = 0; found < count;) {
    const chunk = Buffer.allocUnsafe(65536);
    const length = readSync(0, chunk, 0, chunk.length, null);
    if (length === 0) exit(0);
    for (let i = 0; i < length; i++) if (chunk[i] === 10) found++;
    chunks.push(chunk.subarray(0, length));
  }
  return Buffer.concat(chunks).toString('utf8').split('\n');
};

/** What is left of this side is the language: no way out of the context leads to anything of Node.js. */
const strip = () => {
  for (const name of Object.getOwnPropertyNames(globalThis)) if (!intrinsics.includes(name)) delete globalThis[name];
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics']) delete globalThis[name];
  for (const name of [
    'binding', '_linkedBinding', 'dlopen', 'kill', '_kill', 'mainModule', 'getBuiltinModule', 'abort', 'chdir', 'report', 'setuid', 'setgid', 'seteuid',
    'setegid', 'setgroups', 'initgroups', 'umask', '_debugProcess', '_debugEnd', '_rawDebug', 'openStdin', 'loadEnvFile', 'execve', 'reallyExit',
    '_getActiveHandles', '_getActiveRequests', 'env',
  ]) delete process[name];
  const seen = new Set();
  const freeze = value => {
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null || value === globalThis || seen.has(value)) return;
    seen.add(value);
    Object.freeze(value);
    freeze(Object.getPrototypeOf(value));
    for (const { value: own, get, set } of Object.values(Object.getOwnPropertyDescriptors(value))) [own, get, set].forEach(freeze);
  };
  intrinsics.forEach(name => freeze(globalThis[name]));
};

process.on('unhandledRejection', reason => inContext.fail(reason));
process.on('uncaughtException', error => inContext.fail(error));
process.on('beforeExit', () => host.fail('script', 'The script waits for something that will never happen: its promise can no longer settle.'));

write({ ready: { files: process.permission.has('fs.read'), children: process.permission.has('child'), interfaces: Object.keys(networkInterfaces()).length } });
strip();
const [first, second] = readLines(2);
const request = parse(first);
texts = request.texts;
let body;
try {
  body = compile(`(async (results, variables, inputs, run, startTime) => {\n${request.script}\n})`, 'script', -1);
} catch (error) {
  failSyntax(error);
}

inContext.run(body, second);
