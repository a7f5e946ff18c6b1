using Orchestrator.Tests.Support;

namespace Orchestrator.Tests.Scenarios;

/// <summary>A service was killed: what the database and the target knew at that moment.</summary>
internal sealed record Kill
{
    private const string KeyOfStep = "q.workflow_run_id || ':' || q.step_id || ':0'";

    /// <summary>Keys of the steps that the killed worker held.</summary>
    public required IReadOnlySet<string> InFlight { get; init; }

    /// <summary>Keys of the steps whose success was committed.</summary>
    public required IReadOnlySet<string> Done { get; init; }

    /// <summary>Requests that the target had seen; those that the dead process had sent are among them.</summary>
    public required int RequestsBefore { get; init; }

    /// <summary>Kills the service, and looks. Another service may already be taking its steps back: they count.</summary>
    public static async Task<Kill> DoAsync(Scene scene, ServiceProcess service)
    {
        var worker = await scene.ScalarAsync<int>(
            "select worker_id from workers where name like '%:' || @process", new { process = service.Id.ToString() });
        var since = await scene.ScalarAsync<DateTime>("select clock_timestamp()");
        await service.KillAsync();
        var inFlight = await scene.QueryAsync<string>(
            $"""
            select {KeyOfStep} from job_queue q where q.lease_owner = @worker
            union
            select {KeyOfStep} from job_queue q join job_attempts a using (tenant_id, job_id)
            where a.finished_at >= @since and a.error_text like 'The worker was lost%'
            """,
            new { worker, since });
        var done = await scene.QueryAsync<string>($"select {KeyOfStep} from job_queue q where q.status = 'success'");
        return new Kill
        {
            InFlight = inFlight.ToHashSet(),
            Done = done.ToHashSet(),
            RequestsBefore = scene.Target.Requests.Count,
        };
    }
}

/// <summary>A request with a key that the target had seen, and the kill that is the reason for it.</summary>
/// <param name="Kill">
/// The first one between the two requests of a worker that held the step; null: there was none. With several services a
/// step may have been sent by one that lived on then, and was killed later.
/// </param>
internal sealed record Repeat(string Key, Kill? Kill)
{
    public static IReadOnlyList<Repeat> Find(IReadOnlyList<SeenRequest> requests, IReadOnlyList<Kill> kills)
    {
        var last = new Dictionary<string, int>();
        var repeats = new List<Repeat>();
        foreach (var (index, request) in requests.Index())
        {
            if (last.TryGetValue(request.Key, out var former))
            {
                var reason = kills.FirstOrDefault(kill =>
                    kill.RequestsBefore > former && kill.RequestsBefore <= index && kill.InFlight.Contains(request.Key));
                repeats.Add(new Repeat(request.Key, reason));
            }

            last[request.Key] = index;
        }

        return repeats;
    }
}
