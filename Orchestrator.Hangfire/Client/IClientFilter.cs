using Hangfire.States;

namespace Hangfire.Client;

/// <summary>Acts before and after a job is made.</summary>
public interface IClientFilter
{
    void OnCreating(CreatingContext context);

    void OnCreated(CreatedContext context);
}

/// <summary>Acts when making a job, or one of its filters, has thrown.</summary>
public interface IClientExceptionFilter
{
    void OnClientException(ClientExceptionContext filterContext);
}

/// <summary>Makes jobs: filters, storage, first state.</summary>
public interface IBackgroundJobFactory
{
    IStateMachine StateMachine { get; }

    /// <summary>The job that was made; null: a filter has prevented it.</summary>
    BackgroundJob? Create(CreateContext context);
}
