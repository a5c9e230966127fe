"""The inventory's SQL, each text named by its file in ``sql/`` and explained there."""

from typing import Final

from beffroi.guard.named_sql import texts_beside

_read: Final = texts_beside(__name__)

COUNT_RELATIONS: Final = _read("count_relations")
COUNT_RELATIONS_OF: Final = _read("count_relations_of")
COUNT_PEOPLE: Final = _read("count_people")
DIGEST_ACCOUNTS: Final = _read("digest_accounts")
LIST_ACCOUNTS: Final = _read("list_accounts")
LOAD_ACCOUNTS: Final = _read("load_accounts")
LOAD_HABILITATIONS: Final = _read("load_habilitations")
LOAD_ORGANISATIONS: Final = _read("load_organisations")
LOAD_APPLICATIONS: Final = _read("load_applications")
LOAD_CONTAINMENTS: Final = _read("load_containments")
LOAD_LINE_MEMBERS: Final = _read("load_line_members")
LOAD_COVERS: Final = _read("load_covers")
LOAD_ORIGINS: Final = _read("load_origins")
LOAD_APPROVALS: Final = _read("load_approvals")
WRITE_TREND: Final = _read("write_trend")
FORGET_TREND: Final = _read("forget_trend")
READ_TREND: Final = _read("read_trend")
LAST_USES: Final = _read("last_uses")
LOAD_FACTORS: Final = _read("load_factors")
LOAD_SERVED: Final = _read("load_served")
