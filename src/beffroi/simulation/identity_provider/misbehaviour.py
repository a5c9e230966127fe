"""How the provider may be told to lie, so that the guard can be seen to refuse.

Only a test can ask for it, through an argument of the constructor; no request and no setting can.
"""

from enum import StrEnum


class Misbehaviour(StrEnum):
    WRONG_NONCE = "wrong_nonce"
    WRONG_AUDIENCE = "wrong_audience"
    ALGORITHM_NONE = "algorithm_none"
    EXPIRED = "expired"
    UNKNOWN_ACR = "unknown_acr"
    CHANGED_SUB = "changed_sub"
    """Another ``sub`` for the same e-mail, as after an account was made anew at the identity provider."""
    USERINFO_UNSIGNED = "userinfo_unsigned"
    USERINFO_OTHER_SUB = "userinfo_other_sub"
