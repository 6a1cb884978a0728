"""Takes requests in: head and body whole, but no more of them and no longer than what is meant for us needs."""

import asyncio
import logging

from aiohttp import ClientError, web
from aiohttp.http_exceptions import HttpProcessingError

IDLE = 75.0
"""Seconds that a connection may be open without the whole head of a request; balancers keep theirs for sixty."""


def server(application: web.Application, *, idle: float = IDLE) -> web.AppRunner:
    """What serves `application`. What is signed are the bytes as they came, compressed or not."""
    return web.AppRunner(application, access_log=None, auto_decompress=False, keepalive_timeout=idle)


async def read(request: web.Request, *, most: int, within: float) -> bytes:
    """The bytes as they came, at most `most` of them and all there `within` seconds.

    Raises what answers 413, 408 and 400 (it broke off); the connection is given up then, for what still comes on it is
    of no use.
    """
    if (request.content_length or 0) > most:
        raise _given_up(web.HTTPRequestEntityTooLarge(max_size=most, actual_size=request.content_length or 0))
    body = bytearray()
    try:
        async with asyncio.timeout(within):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > most:
                    raise _given_up(web.HTTPRequestEntityTooLarge(max_size=most, actual_size=len(body)))
    except TimeoutError:
        raise _given_up(web.HTTPRequestTimeout(text="The body did not come in time.")) from None
    except (ClientError, ConnectionError):
        raise _given_up(web.HTTPBadRequest(text="The body broke off.")) from None
    return bytes(body)


def _given_up(answer: web.HTTPException) -> web.HTTPException:
    answer.force_close()
    return answer


def hush() -> None:
    """Keep the server's tracebacks of what is not HTTP out of the log: it is answered with 400, and quoted there."""
    logging.getLogger("aiohttp.server").addFilter(_about_us)


def _about_us(record: logging.LogRecord) -> bool:
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))
