"""No faster than a vendor allows, counted per account over all processes of this user on this machine."""

import hashlib
import time

from platformdirs import user_state_path
from pyrate_limiter import Limiter, Rate, SingleBucketFactory, SQLiteBucket

from ingestion.connections import ConfigurationError

WINDOW_SECONDS = 61.0
"""A vendor counts requests as they arrive, any 60 seconds of them; on the way the first may lose a little time."""

SECONDS_BETWEEN_LOOKS = 0.05


class Pace:
    """The turns of one account: at most so many in any minute, or in a shorter span its part, whoever takes them.

    What was taken is written down before it is used, in the user's state folder, so a killed process leaves no hole.
    """

    def __init__(self, account: str, requests_per_minute: float, span_seconds: float = 60.0) -> None:
        """Share the count of an account. `account` may hold a key: only a hash of it names the file.

        Raises ConfigurationError where nothing can be written down.
        """
        name = hashlib.sha256(account.encode()).hexdigest()[:32]
        folder = user_state_path("dollartrail") / "requests"
        # A pace below one a minute is one in so many minutes.
        limit = max(int(requests_per_minute * span_seconds / 60), 1)
        window = WINDOW_SECONDS * limit / requests_per_minute
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._bucket = SQLiteBucket.init_from_file(
                [Rate(limit, int(window * 1000))], db_path=str(folder / f"{name}.sqlite"), use_file_lock=True
            )
        except OSError as error:
            raise ConfigurationError(
                f"requests cannot be counted in {folder} ({error.strerror}); let XDG_STATE_HOME name another folder"
            ) from None
        self._limiter = Limiter(SingleBucketFactory(self._bucket, schedule_leak=False))
        self._bucket.leak(time.time_ns() // 1_000_000)

    def wait_for_turn(self) -> None:
        """Return when the account may be asked once more."""
        # Each look is at the clock of its moment: the library's own waiting would note the turn down too early.
        while not self._limiter.try_acquire(blocking=False):
            time.sleep(SECONDS_BETWEEN_LOOKS)
