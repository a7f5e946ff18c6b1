using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Jobs.Scripts;

/// <summary>Packages that an operator has put into the folder of modules.</summary>
[TestFixture]
[Platform(Include = "Linux")]
internal sealed class ModuleTests
{
    private TestFolder _folder = null!;
    private TestSandbox _sandbox = null!;

    private string Modules => Path.Combine(_folder.Path, "node_modules");

    [SetUp]
    public void Start()
    {
        NodeJs.Require();
        _folder = TestFolder.Create();
        _sandbox = new TestSandbox(options => options.ModulesFolder = Modules);
        Put("sum/index.js", "const part = require('./lib/part'); const data = require('./data.json'); module.exports = (a, b) => part(a, b) + data.plus; module.exports.again = require('./index.js') === module.exports;");
        Put("sum/lib/part.js", "exports = module.exports = (a, b) => a + b;");
        Put("sum/data.json", """{"plus": 10}""");
        Put("sum/extra.js", "exports.extra = typeof process + typeof Buffer;");
        Put("fancy/package.json", """{"exports": {".": {"node": "./node.js", "import": "./m.mjs", "require": "./main.cjs"}, "./parts/*": "./inner/*.js"}}""");
        Put("fancy/main.cjs", "let fs; try { fs = require('fs'); } catch (e) { fs = e.code; } module.exports = { fs, inner: require('inner')() };");
        Put("fancy/inner/one.js", "module.exports = 'one';");
        Put("fancy/node_modules/inner/package.json", """{"main": "lib"}""");
        Put("fancy/node_modules/inner/lib/index.js", "module.exports = () => 'inner of fancy';");
        Put("modern/package.json", """{"type": "module", "main": "index.js"}""");
        Put("modern/index.js", "export default 1;");
        Put("broken/index.js", "module.exports = ;");
    }

    [TearDown]
    public async Task StopAsync()
    {
        await (_sandbox?.DisposeAsync() ?? default);
        _folder?.Dispose();
    }

    [TestCase("return require('sum')(1, 2)", "13")]
    [TestCase("return [require('sum').again, require('sum') === require('sum')]", "[true,true]")]
    [TestCase("return require('sum/extra').extra", "\"undefinedundefined\"")]
    [TestCase("return require('fancy')", """{"fs":"MODULE_NOT_FOUND","inner":"inner of fancy"}""")]
    [TestCase("return require(`fancy/parts/one`)", "\"one\"")]
    public async Task They_are_loaded_as_Node_does(string script, string expected) =>
        (await _sandbox.ReturnedAsync(script, modules: ["sum", "fancy"])).Should().Be(expected);

    [TestCase("return require('sum')", "fancy", "*require('sum'): it is not among the step's allowed_modules (fancy)*")]
    [TestCase("return require('su' + 'm')", "sum", "*or not named there literally*")]
    [TestCase("return require('absent')", "absent", "*there is no package 'absent' in*npm install --prefix*absent*")]
    [TestCase("return require('modern')", "modern", "*modern/index.js is an ES module*")]
    [TestCase("return require('broken')", "broken", "*broken/index.js: Unexpected token ';'*")]
    [TestCase("return require('sum/../../secret')", "sum", "*leads out of the folder of modules*")]
    [TestCase("return require('fs')", "fs", "*there is no package 'fs'*")]
    public async Task What_can_t_be_loaded_is_said(string script, string module, string message)
    {
        File.WriteAllText(Path.Combine(_folder.Path, "secret.js"), "module.exports = 'ESCAPED';");

        (await _sandbox.FailedAsync(script, module)).Message.Should().Match(message);
    }

    [Test]
    public async Task A_package_that_is_listed_and_not_used_need_not_be_there() =>
        (await _sandbox.ReturnedAsync("return 1", modules: ["lodash", "uuid"])).Should().Be("1");

    [TestCase("link/index.js", false)]
    [TestCase("link", true)]
    public async Task Links_that_lead_out_of_the_folder_are_refused(string link, bool isFolder)
    {
        var secret = Directory.CreateDirectory(Path.Combine(_folder.Path, "outside")).FullName;
        File.WriteAllText(Path.Combine(secret, "index.js"), "module.exports = 'ESCAPED';");
        var path = Path.Combine(Modules, link);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _ = isFolder ? Directory.CreateSymbolicLink(path, secret) : File.CreateSymbolicLink(path, Path.Combine(secret, "index.js"));

        (await _sandbox.FailedAsync("return require('link')", "link")).Message.Should().Contain("is a link that leads out of the folder of modules");
    }

    [Test]
    public async Task Links_inside_of_the_folder_are_followed()
    {
        Directory.CreateSymbolicLink(Path.Combine(Modules, "alias"), Path.Combine(Modules, "sum"));

        (await _sandbox.ReturnedAsync("return require('alias')(1, 1)", modules: ["alias"])).Should().Be("12");
    }

    private void Put(string path, string text)
    {
        var file = Path.Combine(Modules, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }
}
