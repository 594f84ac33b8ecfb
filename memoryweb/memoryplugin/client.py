"""MemoryPluginClient: the only code that speaks to a memory service, hosted or embedded."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from . import wire
from .addresses import public_only
from .errors import BrokenAnswer, Conflict, Forbidden, Invalid, NotFound, RefusedToken, Unsupported
from .exchange import SOURCE, BearerToken, Exchange, NoToken, no_auth
from .local import LOCAL_URL, ActAs
from .types import Bucket, BulkDeleted, Created, Image, Memory, Page, Status, Trash, Version

IMAGE_HOST = "memoryplugin.com"
# What a service may lack, and a POST for each that cannot change anything.
OFFERS: dict[str, tuple[str, dict[str, Any]]] = {
    "create_bucket": ("/api/buckets", {}),
    "update": ("/api/v2/memory/update", {}),
    "delete": ("/api/memories/bulk-delete", {"memoryIds": []}),
}


def service_of(base_url: str) -> str:
    """What `MemoryPluginClient.service` is at this address; an empty one is the embedded server's."""
    return hashlib.sha256(base_url.rstrip("/").encode()).hexdigest()[:16] if base_url else "embedded"


class MemoryPluginClient:
    """The operations of the MemoryPlugin HTTP API; there is a method for each `operationId` of openapi.yaml.

    Every method raises a MemoryPluginError. A call, with all its retries, ends within 10 seconds. GETs are tried up to
    three times, anything else once: when its answer is lost, the error says `outcome_unknown`.
    """

    def __init__(
        self,
        base_url: str,
        token: str | None = "",
        *,
        acting_person: Any = None,
        image_hosts: Iterable[str] = (),
        account: str = "",
        may_reach: Callable[[str], bool] | None = None,
        refused: Callable[[], RefusedToken] | None = None,
        accepted: Callable[[], None] | None = None,
    ) -> None:
        """`token` is sent to `base_url` and nowhere else; None is one that cannot be read, and then nothing is sent.

        `acting_person` (then `person`) takes its place on the embedded server; a hosted service never hears of them.
        `image_hosts` are hosts that images may be fetched from beside the service's own and memoryplugin.com. `account` is a name
        for the account that outlives its token. `may_reach`, `refused` and `accepted` are those of Exchange.
        """
        self.base_url = base_url.rstrip("/")
        auth = NoToken() if token is None else BearerToken(token) if token else ActAs(acting_person)
        self._exchange = Exchange(self.base_url, auth, may_reach, refused, accepted)
        self.person = acting_person
        self._token_digest = hashlib.sha256(token.encode()).hexdigest()[:16] if token else "embedded"
        self._account = account
        self._image_hosts = frozenset(host.lower() for host in image_hosts)

    def __repr__(self) -> str:
        return f"MemoryPluginClient({self.host!r})"

    @property
    def host(self) -> str:
        """The host's name, for people."""
        return urlsplit(self.base_url).hostname or self.base_url

    @property
    def is_embedded(self) -> bool:
        """Whether this is the embedded server: near (nothing needs a cache), and serving our own operations too."""
        return self.base_url == LOCAL_URL

    @property
    def account(self) -> str:
        """A name for service and token together, to key caches with; it does not reveal the token."""
        return self._account or f"{hashlib.sha256(self.base_url.encode()).hexdigest()[:16]}-{self._token_digest}"

    @property
    def service(self) -> str:
        """A name for the service alone, whose ids mean nothing elsewhere; another token of it changes nothing."""
        return service_of("" if self.is_embedded else self.base_url)

    def list_buckets(self) -> tuple[Bucket, ...]:
        """GET /api/buckets (documented): every bucket."""
        return wire.read_buckets(self._get("/api/buckets", {"v": 2}))

    def create_bucket(self, name: str, description: str = "") -> Bucket:
        """POST /api/buckets (observed): the new bucket. Raises Invalid for a name that is taken or not allowed."""
        body = {"name": name, "description": description or None}
        return wire.read_bucket(self._post("/api/buckets", body))

    def update_bucket(self, bucket_id: str, *, name: str | None = None, description: str | None = None) -> Bucket:
        """PATCH /api/buckets/{bucketId} (own): rename or describe a bucket; returns it as it is now.

        Raises NotFound, and Invalid for a name that is taken or not allowed, or when General is to be renamed.
        """
        body = self._body({"name": name, "description": description})
        return wire.read_bucket(self._write("PATCH", f"/api/buckets/{quote(bucket_id, safe='')}", json=body))

    def delete_bucket(self, bucket_id: str) -> None:
        """DELETE /api/buckets/{bucketId} (own): put an empty bucket into the trash.

        Raises Conflict while memories are in it, Invalid for General, NotFound.
        """
        self._write("DELETE", f"/api/buckets/{quote(bucket_id, safe='')}", params={"source": SOURCE})

    def restore_bucket(self, bucket_id: str) -> Bucket:
        """POST /api/buckets/{bucketId}/restore (own): take a bucket out of the trash.

        Raises Conflict when its name is taken by now, NotFound when it is not in the trash.
        """
        return wire.read_bucket(self._post(f"/api/buckets/{quote(bucket_id, safe='')}/restore", {}))

    def get_memories(
        self, *, query: str = "", all: bool = False, latest: bool = False, count: int | None = None, skip: int = 0
    ) -> Page:
        """GET /api/memory (documented): memories of every bucket with their metadata, newest first.

        With `query`, the five most relevant.
        """
        parameters = {"v": 2, "query": query, "all": all, "latest": latest, "count": count, "skip": skip}
        return wire.page_of(self._content("/api/memory", parameters))

    def add_new_memory(
        self,
        text: str,
        *,
        bucket_id: str | None = None,
        created_at: datetime | None = None,
        image: bytes | None = None,
        file_name: str = "",
    ) -> Created:
        """POST /api/memory (documented): store a memory; without `bucket_id`, in the default bucket.

        `created_at` (when it was first noted) and `image` (its bytes; `text` is then the description, and `file_name` what the
        file is called) are our own and go to the embedded server only. Raises Invalid when the service does not accept the text.
        """
        fields = self._new_memory(text, bucket_id, created_at)
        if image is None:
            return wire.read_created(self._post("/api/memory", fields))
        answer = self._write("POST", "/api/memory", data=fields, files={"image": (file_name or "image", image)})
        return wire.read_created(answer)

    def get_memories_and_buckets(
        self,
        *,
        bucket_id: str | None = None,
        query: str = "",
        content_type: str = "",
        all: bool = False,
        latest: bool = False,
        count: int | None = None,
        skip: int = 0,
        include_ids: bool = True,
        memory_source: str = "",
        created_from: datetime | None = None,
        created_before: datetime | None = None,
        phrases: Sequence[str] = (),
        excluded: Sequence[str] = (),
        sort: str = "",
        cursor: str = "",
        explain: bool = False,
    ) -> Page:
        """GET /api/v2/memory (documented): memories and all buckets in one answer.

        Newest first, or by relevance with `query`. `content_type` is "text", "image" or "" for both. From `memory_source`
        on the parameters are our own, and a hosted service ignores them: a source, a span of time (the first moment
        included, the last one not), words one after another that must or must not stand in the text, the order
        ("relevance", "newest", "oldest"), where to go on, and whether each memory says why it was found.
        """
        parameters = {
            "bucketId": bucket_id,
            "query": query,
            "contentType": content_type,
            "all": all,
            "latest": latest,
            "count": count,
            "skip": skip,
            "includeIds": include_ids,
            "memorySource": memory_source,
            "createdFrom": wire.to_moment(created_from) if created_from else None,
            "createdBefore": wire.to_moment(created_before) if created_before else None,
            "phrase": list(phrases),
            "exclude": list(excluded),
            "sort": sort,
            "cursor": cursor,
            "explain": explain,
        }
        return wire.page_of(self._content("/api/v2/memory", parameters))

    def answer_as_sent(
        self,
        *,
        query: str = "",
        bucket_id: str | None = None,
        content_type: str = "",
        count: int | None = None,
        latest: bool = False,
        include_ids: bool = False,
    ) -> str:
        """GET /api/v2/memory (documented): the answer's JSON as it is sent, which is what an assistant reads.

        It may hold signed image addresses.
        """
        parameters = {
            "bucketId": bucket_id,
            "query": query,
            "contentType": content_type,
            "count": count,
            "latest": latest,
            "includeIds": include_ids,
        }
        return self._content("/api/v2/memory", parameters).decode("utf-8", "replace")

    def add_new_memory_v2(self, text: str, *, bucket_id: str | None = None) -> Created:
        """POST /api/v2/memory (observed): the same as `add_new_memory`."""
        return wire.read_created(self._post("/api/v2/memory", self._new_memory(text, bucket_id, None)))

    def update_or_move_memories(
        self,
        memory_ids: Iterable[str],
        *,
        text: str | None = None,
        bucket_id: str | None = None,
        bucket_name: str | None = None,
        if_version: int | None = None,
    ) -> None:
        """POST /api/v2/memory/update (observed): change one memory's text or bucket, or move up to 100.

        Moving several is all or nothing. Raises NotFound when a memory or the bucket is not there, and then changes
        nothing. `if_version` (own, for one memory): raises Conflict, and changes nothing, when it has another version.
        """
        ids = list(memory_ids)
        body: dict[str, Any] = {"memoryId": ids[0]} if len(ids) == 1 else {"memoryIds": ids}
        if bucket_id is not None:
            body["bucketId"] = wire.to_bucket_parameter(bucket_id)
        self._post("/api/v2/memory/update", body | {"text": text, "bucketName": bucket_name, "ifVersion": if_version})

    def get_memory(self, memory_id: str, *, query: str = "") -> Memory:
        """GET /api/memories/{memoryId} (own): one memory, with `query` also why that finds it.

        Raises NotFound, also on a service without the operation.
        """
        return wire.read_memory(self._get(f"/api/memories/{quote(memory_id, safe='')}", {"query": query}))

    def get_memories_by_id(self, memory_ids: Iterable[str]) -> tuple[Memory, ...]:
        """GET /api/memories (own): up to 100 memories, in this order; those that are not there are left out."""
        return wire.read_page(self._get("/api/memories", {"id": list(memory_ids)})).memories

    def get_versions(self, memory_id: str) -> tuple[Version, ...]:
        """GET /api/memories/{memoryId}/versions (own): its states, the present one first. Raises NotFound."""
        return wire.read_versions(self._get(f"/api/memories/{quote(memory_id, safe='')}/versions", {}))

    def get_similar_images(self, memory_id: str, *, count: int = 12) -> tuple[Memory, ...]:
        """GET /api/memories/{memoryId}/similar (own): images that look like this one, the nearest first, each with its `distance`.

        Raises NotFound, also on a service without the operation.
        """
        return wire.read_page(self._get(f"/api/memories/{quote(memory_id, safe='')}/similar", {"count": count})).memories

    def delete_memory(self, memory_id: str) -> None:
        """DELETE /api/memories/{memoryId} (observed). Raises NotFound."""
        self._write("DELETE", f"/api/memories/{quote(memory_id, safe='')}", params={"source": SOURCE})

    def bulk_delete_memories(self, memory_ids: Iterable[str]) -> BulkDeleted:
        """POST /api/memories/bulk-delete (observed): delete up to 100 memories; ids that are not there are counted."""
        return wire.read_bulk_deleted(self._post("/api/memories/bulk-delete", {"memoryIds": list(memory_ids)}))

    def get_trash(self, *, count: int, skip: int = 0) -> Trash:
        """GET /api/trash (own): deleted memories, what was deleted last first."""
        return wire.read_trash(self._get("/api/trash", {"count": count, "skip": skip}))

    def restore_memories(self, memory_ids: Iterable[str]) -> None:
        """POST /api/memories/restore (own): take up to 100 memories out of the trash, all or none.

        Raises NotFound when one is not there. Where a memory's bucket was deleted, that comes back too.
        """
        self._post("/api/memories/restore", {"memoryIds": list(memory_ids)})

    def load_examples(self) -> tuple[str, ...]:
        """POST /api/examples (own): add the example memories; returns the ids of those that were added."""
        return wire.read_memory_ids(self._post("/api/examples", {}))

    def remove_examples(self) -> tuple[str, ...]:
        """DELETE /api/examples (own): put the examples that nobody has edited into the trash; returns their ids."""
        return wire.read_memory_ids(self._write("DELETE", "/api/examples"))

    def get_status(self) -> Status:
        """GET /api/status (own): how the server stands. Raises NotFound on a service without the operation."""
        return wire.read_status(self._get("/api/status", {}))

    def offers(self) -> frozenset[str]:
        """Which of "create_bucket", "update" and "delete" the service has; they are not on its own API pages.

        The embedded server has all. A hosted service is asked, with calls that cannot change anything.
        """
        return frozenset(OFFERS) if self.is_embedded else frozenset(filter(self._has, OFFERS))

    def _has(self, offer: str) -> bool:
        path, body = OFFERS[offer]
        try:
            self._post(path, body)
        except (NotFound, Unsupported, Forbidden):
            return False
        except (Invalid, Conflict):  # it was understood well enough to be refused
            pass
        return True

    def fetch_image(self, url: str, *, width: int | None = None) -> Image:
        """GET /api/images/{signed} (own), or wherever else an image memory's signed URL leads: the bytes there.

        `width` asks the embedded server for a thumbnail of 320, 640 or 1280 pixels; a hosted service has none. The token is not
        sent. Raises NotFound when the URL has died, and BrokenAnswer for an address that images may not come from, for one inside
        a network (unless the service is there too), for anything that does not call itself an image, and for more than 10 MB.
        """
        asked = {"width": width} if width and self.is_embedded else None
        try:
            url = requests.Request("GET", url).prepare().url or ""  # as it will be sent: parsers differ on odd addresses
            parts = urlsplit(url)
        except (requests.RequestException, ValueError):
            raise BrokenAnswer("The image's address cannot be read.") from None
        host = (parts.hostname or "").lower()
        known = {self.host, IMAGE_HOST} | self._image_hosts
        if host not in known and not host.endswith(f".{IMAGE_HOST}"):
            raise BrokenAnswer("The image lies on a host that memoryweb does not know; MEMORYPLUGIN_IMAGE_HOSTS can name it.")
        if parts.scheme != "https" and parts.scheme != urlsplit(self.base_url).scheme:
            raise BrokenAnswer("The image's address is not a secure one.")
        try:
            with public_only(urlsplit(self.base_url)):
                response, content = self._exchange.send("GET", url, params=asked, auth=no_auth)
        except (Invalid, Forbidden, RefusedToken) as error:  # what storage services answer to an expired signature
            raise NotFound("The image's address has expired.") from error
        content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if not content_type.startswith("image/"):
            raise BrokenAnswer("What the service sent is no image.")
        return Image(content, content_type)

    def _new_memory(self, text: str, bucket_id: str | None, created_at: datetime | None) -> dict[str, Any]:
        return {
            "text": text,
            "bucketId": wire.to_bucket_parameter(bucket_id) if bucket_id is not None else None,
            "source": SOURCE,
            "createdAt": wire.to_moment(created_at) if created_at and self.is_embedded else None,
        }

    def _get(self, path: str, params: Mapping[str, Any]) -> Any:
        return wire.read_json(self._content(path, params))

    def _content(self, path: str, params: Mapping[str, Any]) -> bytes:
        """The body of a GET's answer, as it was sent."""
        return self._exchange.send("GET", self.base_url + path, params=self._parameters(params))[1]

    def _parameters(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Those that say something, booleans as the API writes them, with the name of this client."""
        present = {name: value for name, value in params.items() if value not in (None, "", False, [])}
        return {"source": SOURCE} | {name: "true" if value is True else value for name, value in present.items()}

    def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        return self._write("POST", path, json=self._body(body))

    def _body(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Those fields that say something, with the name of this client."""
        return {"source": SOURCE} | {name: value for name, value in fields.items() if value is not None}

    def _write(self, method: str, path: str, **request: Any) -> Any:
        _, content = self._exchange.send(method, self.base_url + path, **request)
        return wire.read_json(content, is_of_write=True)
