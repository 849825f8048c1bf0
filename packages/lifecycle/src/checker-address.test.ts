import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { expect, test } from "vitest";
import { checkerAddress } from "./checker-address.ts";

function requestFrom(
  remoteAddress: string | undefined,
  headers: Record<string, string> = {},
): IncomingMessage {
  const request = new IncomingMessage(
    Object.defineProperty(new Socket(), "remoteAddress", { value: remoteAddress }),
  );
  Object.assign(request.headers, headers);
  return request;
}

test("a load balancer's own check is known by its address, also where IPv4 is seen through IPv6", () => {
  expect(checkerAddress(requestFrom("10.0.0.10"))).toBe("10.0.0.10");
  expect(checkerAddress(requestFrom("::ffff:10.0.0.10"))).toBe("10.0.0.10");
  expect(checkerAddress(requestFrom("fd00::10"))).toBe("fd00::10");
});

test.each(["x-forwarded-for", "forwarded", "via"])(
  "a user's request for the health path, passed on with %s, is no check of the balancer",
  (header) => {
    expect(checkerAddress(requestFrom("10.0.0.10", { [header]: "192.0.2.1" }))).toBeNull();
  },
);

test("Handover's own question is no check of the balancer", () => {
  expect(checkerAddress(requestFrom("10.0.0.10", { "handover-probe": "1" }))).toBeNull();
});

test.each(["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])(
  "nothing from loopback (%s) is",
  (address) => {
    expect(checkerAddress(requestFrom(address))).toBeNull();
  },
);

test("nothing over a unix socket is", () => {
  expect(checkerAddress(requestFrom(undefined))).toBeNull();
});
