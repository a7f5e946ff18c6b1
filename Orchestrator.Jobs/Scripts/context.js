(host => {
  'use strict';

  // Runs among the script's own globals, before it. Nothing of the host leaves this function: what it throws is caught here.
  const { Error, Map, String, Number, Object, Promise, TypeError, Uint8Array } = globalThis;
  const { parse, stringify } = JSON;
  const { apply } = Reflect;
  const { exec } = RegExp.prototype;
  const { slice } = String.prototype;
  const { get, set, delete: remove } = Map.prototype;
  const { then } = Promise.prototype;
  const at = /script:(\d+):(\d+)/;
  const callbacks = new Map();
  const loaded = new Map();
  const longest = 2000;
  let limits = { result: 0, lines: 0 };
  let next = 1;

  const call = (name, ...given) => {
    try {
      return host[name](...given);
    } catch {
      throw new Error('The script has used up what it may.');
    }
  };
  const cut = text => (text.length > longest ? apply(slice, text, [0, longest]) + '…' : text);
  const attempt = (action, otherwise) => {
    try {
      return action();
    } catch {
      return otherwise;
    }
  };
  const shown = value => attempt(() => {
    if (typeof value === 'string') return value;
    if (value instanceof Error || (typeof value === 'object' && typeof value?.message === 'string' && typeof value.stack === 'string')) return `${value.name}: ${value.message}`;
    if (typeof value === 'object' && value !== null) return stringify(value) ?? String(value);
    return typeof value === 'function' ? `[function ${value.name}]` : String(value);
  }, '[a value that can\'t be shown]');
  const fail = (error, kind = 'script', prefix = '') => {
    const place = attempt(() => apply(exec, at, [String(error.stack)]), null);
    call('fail', kind, cut(prefix + shown(error)), place ? Number(place[1]) : undefined, place ? Number(place[2]) : undefined);
  };
  const settle = value => {
    let json;
    try {
      json = stringify(value) ?? 'null';
    } catch (error) {
      return fail(error, 'result', 'The returned value can\'t be written as JSON: ');
    }
    if (json.length > limits.result) return call('fail', 'result', `The returned value has ${json.length} characters of JSON; ${limits.result} are allowed (Orchestrator:MaxResponseBytes).`);
    return call('succeed', json);
  };

  const line = level => (...parts) => {
    let text = '';
    for (let i = 0; i < parts.length && text.length <= longest; i++) text += (i > 0 ? ' ' : '') + shown(parts[i]);
    call('log', level, cut(text), limits.lines);
  };
  const timer = repeats => (callback, delay, ...given) => {
    if (typeof callback !== 'function') throw new TypeError('The first argument of a timer has to be a function.');
    const id = next++;
    apply(set, callbacks, [id, { callback, given, repeats }]);
    call('start', id, Number(delay) || 0, repeats);
    return id;
  };
  const stop = id => {
    if (apply(remove, callbacks, [id])) call('stop', id);
  };
  const fire = id => {
    const found = apply(get, callbacks, [id]);
    if (found === undefined) return;
    if (!found.repeats) apply(remove, callbacks, [id]);
    try {
      apply(found.callback, undefined, found.given);
    } catch (error) {
      fail(error);
    }
  };
  const getRandomValues = array => {
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    if (bytes.length > 65536) throw new Error('getRandomValues gives 65536 bytes at most.');
    const hex = call('random', bytes.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = Number('0x' + hex[2 * i] + hex[2 * i + 1]);
    return array;
  };
  const randomUUID = () => {
    const hex = call('random', 16);
    const part = (from, to) => apply(slice, hex, [from, to]);
    return `${part(0, 8)}-${part(8, 12)}-4${part(13, 16)}-${'89ab'[Number('0x' + hex[16]) & 3]}${part(17, 20)}-${part(20, 32)}`;
  };

  const requireOf = (names, whose) => name => {
    const found = Object.hasOwn(names, name) ? names[name] : undefined;
    if (found?.path !== undefined) return load(found.path);
    const error = new Error(found?.problem ?? `require('${shown(name)}'): ${whose}`);
    error.code = 'MODULE_NOT_FOUND';
    throw error;
  };
  let files = {};
  const load = path => {
    const known = apply(get, loaded, [path]);
    if (known !== undefined) return known.exports;
    const module = { exports: {}, id: path, filename: path, loaded: false };
    apply(set, loaded, [path, module]);
    if (files[path].json) {
      module.exports = parse(call('text', path));
    } else {
      const compiled = call('compile', path);
      if (typeof compiled === 'string') throw new Error(compiled);
      const require = requireOf(files[path].requires, `${path} asks for it, but it is not in the folder of modules, or is a part of Node.js, which scripts don't have.`);
      apply(compiled, module.exports, [module.exports, require, module, path, apply(slice, path, [0, path.lastIndexOf('/')])]);
    }
    module.loaded = true;
    return module.exports;
  };

  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics', 'escape', 'unescape']) delete globalThis[name];
  const define = (name, value) => Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false });
  define('global', globalThis);
  define('console', { log: line('info'), info: line('info'), debug: line('info'), warn: line('warning'), error: line('error') });
  define('setTimeout', timer(false));
  define('setInterval', timer(true));
  define('setImmediate', (callback, ...given) => timer(false)(callback, 0, ...given));
  define('clearTimeout', stop);
  define('clearInterval', stop);
  define('clearImmediate', stop);
  define('queueMicrotask', callback => void apply(then, Promise.resolve(), [() => {
    try {
      callback();
    } catch (error) {
      fail(error);
    }
  }]));
  define('crypto', { getRandomValues, randomUUID });

  const run = async (body, data) => {
    const given = parse(data);
    ({ limits, files } = given);
    define('require', requireOf(given.modules, `it is not among the step's allowed_modules (${given.allowed}), or not named there literally.`));
    const { results, variables, inputs, run: about, startTime } = given;
    let value;
    try {
      value = await body(results, variables, inputs, about, startTime);
    } catch (error) {
      return fail(error);
    }
    return settle(value);
  };

  return { run, fire, fail };
})
