import type { IncomingHttpHeaders } from "node:http";
import { expect, test } from "vitest";
import { endToEnd } from "./headers.ts";
import { mayBeRepeated } from "./repeatable.ts";

test("what Connection lists is removed in any spelling, but never where the message goes or ends", () => {
  const raw = [
    "Connection",
    "X-One,x-two , HOST",
    "connection",
    "content-length",
    "x-ONE",
    "1",
    "X-Two",
    "2",
  ];
  const kept = ["Host", "a", "Content-Length", "4", "X-Three", "3"];
  expect(endToEnd([...raw, ...kept])).toEqual(kept);
});

test("headers that merely look alike, and repeated ones, stay in their order", () => {
  const raw = ["Set-Cookie", "connection", "X-Upgrade", "1", "Set-Cookie", "keep-alive", "Ate", "te"];
  expect(endToEnd(raw)).toEqual(raw);
});

test("a request may be repeated when its method means the same twice and it has no body", () => {
  const repeated = (headers: IncomingHttpHeaders): string[] =>
    METHODS.filter((method) => mayBeRepeated({ method, headers }));
  const idempotent = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"];
  expect(repeated({})).toEqual(idempotent);
  expect(repeated({ "content-length": "0" })).toEqual(idempotent);
  expect(repeated({ "content-length": "1" })).toEqual([]);
  expect(repeated({ "transfer-encoding": "chunked" })).toEqual([]);
});

const METHODS = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "POST", "PATCH", "PROPFIND"];
