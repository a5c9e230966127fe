"""Which exceptions mean that a command refused, with a sentence for its user, rather than broke."""

import sys

_REFUSALS = (
    "beffroi.config.settings:SettingMissing",
    "beffroi.config.postgres_binaries:PostgresUnavailable",
    "beffroi.config.database:DatabaseRefused",
    "beffroi.config.processes:StartRefused",
    "beffroi.config.postgres_dumps:DumpFailed",
    "beffroi.guard.keys:KeysRefused",
    "beffroi.guard.importing.sources:SourceRefused",
    "beffroi.guard.importing.columns:HeaderRefused",
    "beffroi.guard.importing.people:ImportStopped",
    "beffroi.guard.migrations:MigrationRefused",
    "beffroi.guard.backup.archive:BackupRefused",
    "beffroi.guard.stamped:Forged",
    "beffroi.guard.retention.catalogue:ColdRefused",
    "beffroi.guard.forensics.engines:EngineRefused",
    "beffroi.guard.founding:FoundingRefused",
    "beffroi.guard.containing.scopes:ContainingRefused",
    "beffroi.guard.scim.tokens:TokenRefused",
    "beffroi.guard.process:PolicyRefused",
    "beffroi.guard.notifying.posting:Unreachable",
    "beffroi.guard.notifying.writing:Unwritable",
    "beffroi.guard.decisions.connections:NotDurable",
    "beffroi.guard.folding.watching:Behind",
    "beffroi.guard.sealing.sealer:LogRefused",
    "beffroi.guard.sealing.store:StoreRefused",
    "beffroi.guard.sealing.proving:NotProven",
    "beffroi.guard.sealing.day_keys:DayForgotten",
    "beffroi.config.journal:JournalRefused",
    "beffroi.simulation.identity_provider.mode:SettingsRefused",
    "beffroi.simulation.loading:LoadingRefused",
    "beffroi.simulation.drill.scratch:DrillRefused",
)


def refusal_of(error: BaseException) -> str | None:
    """Return the sentence of a refusal, None for a bug. Only a loaded module can have raised: none is imported."""
    for target in _REFUSALS:
        name, _, attribute = target.partition(":")
        module = sys.modules.get(name)
        if module is not None and isinstance(error, getattr(module, attribute)):
            return str(error)
    return None
