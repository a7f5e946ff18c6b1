using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Common;
using Hangfire.Server;
using Hangfire.States;
using Microsoft.Extensions.DependencyInjection;
using Orchestrator.Tests.Hangfire.Support;

namespace Orchestrator.Tests.Hangfire.Server;

/// <summary>What may be a job: every kind of method, of class and of argument.</summary>
[TestFixture]
internal sealed class JobMethodTests : HangfireFixture
{
    [Test]
    public async Task MethodsOfEveryKindArePerformed()
    {
        string[] ids =
        [
            Client.Enqueue(() => Methods.Static(1))!,
            Client.Enqueue<Derived>(each => each.Inherited("a"))!,
            Client.Enqueue<Derived>(each => each.Overridden())!,
            Client.Enqueue<Methods>(each => each.Generic("a", 2))!,
            Client.Enqueue<Methods>(each => each.Pair(new List<int> { 1 }, new[] { "x" }))!,
            Client.Enqueue<Box<int>>(each => each.Twice(21))!,
            Client.Create(new Job(typeof(Methods), typeof(Methods).GetMethod(nameof(Methods.Later))!, 4), new EnqueuedState())!,
            Client.Enqueue<Methods>(each => each.Values(new Point(1, 2), new[] { 1, 2 }, DayOfWeek.Friday, null))!,
            Client.Enqueue<Methods>(each => each.Filled(CancellationToken.None, JobCancellationToken.Null!, null!))!,
        ];
        using var server = StartServer();
        foreach (var id in ids) await UntilStateAsync(id, "Succeeded");
        ids.Select(ResultOf).Should().Equal("2", "\"Derived a\"", "\"derived\"", "\"a2\"", "\"1x\"", "42", "5", "\"(1, 2) 2 Friday none\"", $"\"{ids[^1]} True\"");
    }

    [Test]
    public async Task AnInterfaceIsResolvedInAScopeOfItsJob()
    {
        var services = new ServiceCollection().AddScoped<Disposable>().AddScoped<IJob, ScopedJob>().BuildServiceProvider();
        var activator = new AspNetCoreJobActivator(services.GetRequiredService<IServiceScopeFactory>());
        string[] ids = [Client.Enqueue<IJob>(job => job.Count())!, Client.Enqueue<IJob>(job => job.Count())!];
        using (StartServer(configure: options => options.Activator = activator))
            foreach (var id in ids) await UntilStateAsync(id, "Succeeded");
        ids.Select(ResultOf).Should().Equal(["1", "1"], "each job has a scope of its own");
        ScopedJob.Made.Should().HaveCount(2).And.OnlyContain(static each => each.IsDisposed);
    }

    [Test]
    public async Task AJobReadsAndWritesParameters()
    {
        var id = Client.Enqueue<Methods>(each => each.Remember(null!))!;
        using var server = StartServer();
        await UntilStateAsync(id, "Succeeded");
        ResultOf(id).Should().Be("7");
        using var connection = Storage.GetConnection();
        connection.GetJobParameter(id, "Own").Should().Be("7");
        connection.SetJobParameter(id, "Own", "8");
        connection.GetJobParameter(id, "Own").Should().Be("8");
        connection.GetJobParameter(id, "none").Should().BeNull();
        Storage.GetMonitoringApi().JobDetails(id)!.Properties!["Own"].Should().Be("8");
    }

    [Test]
    public async Task AQueueGoesWithItsJob()
    {
        var id = Client.Schedule<TestJobs>("critical", jobs => jobs.Add(1, 1), TimeSpan.FromHours(1))!;
        Client.Requeue(id).Should().BeTrue();
        Rows("jobqueue").Single()["queue"].Should().Be("critical");
        var other = Client.Create(Job.FromExpression<TestJobs>(jobs => jobs.Add(1, 1)), new EnqueuedState("other"));
        Rows("jobqueue")[^1]["queue"].Should().Be("other");
        using var server = StartServer(configure: static options => options.Queues = ["critical", "other"]);
        await UntilStateAsync(id, "Succeeded");
        await UntilStateAsync(other!, "Succeeded");
    }

    [TestCase("private")]
    [TestCase("async void")]
    [TestCase("reference")]
    public void WhatCouldNotBeCalledLaterIsRefused(string kind)
    {
        var act = () => kind switch
        {
            "async void" => Client.Enqueue<Methods>(each => each.Lost()),
            "reference" => Client.Create(new Job(typeof(Methods), typeof(Methods).GetMethod("ByReference")!, 1), new EnqueuedState()),
            _ => Client.Create(new Job(typeof(Methods), typeof(Methods).GetMethod("Hidden", System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance)!), new EnqueuedState()),
        };
        act.Should().Throw<NotSupportedException>();
        Rows("job").Should().BeEmpty();
    }

    private string? ResultOf(string id) =>
        Scalar<string>("select data ->> 'Result' from hangfire.state where name = 'Succeeded' and jobid = $1", long.Parse(id));

    public sealed record Point(int X, int Y);

    public class Base
    {
        public string Inherited(string text) => $"{GetType().Name} {text}";

        public virtual string Overridden() => "base";
    }

    public sealed class Derived : Base
    {
        public override string Overridden() => "derived";
    }

    public sealed class Box<T>
        where T : System.Numerics.INumber<T>
    {
        public T Twice(T value) => value + value;
    }

    public sealed class Methods
    {
        public static int Static(int value) => value + 1;

        public string Generic<T>(string text, T value) => $"{text}{value}";

        public string Pair<TFirst, TSecond>(List<TFirst> first, TSecond[] second) => $"{first[0]}{second[0]}";

        public async ValueTask<int> Later(int value)
        {
            await Task.Yield();
            return value + 1;
        }

        public string Values(Point point, int[] list, DayOfWeek day, string? nothing) => $"({point.X}, {point.Y}) {list.Length} {day} {nothing ?? "none"}";

        public string Filled(CancellationToken token, IJobCancellationToken own, PerformContext context) =>
            $"{context.BackgroundJob.Id} {token == own.ShutdownToken && context.CancellationToken == own}";

        public int Remember(PerformContext context)
        {
            context.SetJobParameter("Own", 7);
            return context.GetJobParameter<int>("Own");
        }

        public async void Lost() => await Task.Yield();

        public void ByReference(ref int value) => value++;

        private void Hidden()
        {
            // Nobody may call it.
        }
    }

    public interface IJob
    {
        int Count();
    }

    public sealed class Disposable : IDisposable
    {
        public int Count { get; set; }

        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    public sealed class ScopedJob(Disposable service) : IJob
    {
        public static System.Collections.Concurrent.ConcurrentBag<Disposable> Made { get; } = [];

        public int Count()
        {
            Made.Add(service);
            return ++service.Count;
        }
    }
}
