// Reads a JSON list of expressions, writes a JSON list of what each gives: {json} or {error}.
const inputs = { n: [3, 1, 2], text: ' a,b ', none: null, people: [{ id: 1, name: 'Ada' }, { id: 2, name: 'Bo' }] };
const expressions = JSON.parse(require('fs').readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(expressions.map(expression => {
  try {
    return { json: JSON.stringify([new Function('inputs', `return (${expression})`)(inputs)]) };
  } catch (error) {
    return { error: String(error) };
  }
})));
