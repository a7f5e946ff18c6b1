#!/usr/bin/env pwsh
# The README's commands, for those who like a script: ./build.ps1 [build|test|run]
param([ValidateSet('build', 'test', 'run')] [string] $Task = 'build')

Set-Location $PSScriptRoot
switch ($Task) {
    'build' { dotnet build }
    'test' { dotnet test }
    'run' { dotnet run --project Orchestrator.Web }
}
exit $LASTEXITCODE
