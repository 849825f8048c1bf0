import { expect, test } from "vitest";
import { VirtualClock } from "./virtual-clock.ts";

test("timers ring in the order of their time, and of their setting where that is the same", async () => {
  const clock = new VirtualClock();
  const rung: string[] = [];
  clock.after(20, () => rung.push("late"));
  clock.after(10, () => rung.push("first"));
  clock.after(10, () => rung.push("second"));
  await clock.run(() => false, 100);
  expect(rung).toEqual(["first", "second", "late"]);
});

test("no time passes between a sleep's end and what waited for it", async () => {
  const clock = new VirtualClock();
  const seen: number[] = [];
  void (async () => {
    await clock.sleep(10);
    await Promise.resolve();
    seen.push(clock.now());
    await clock.sleep(5);
    seen.push(clock.now());
  })();
  clock.after(11, () => undefined);
  await clock.run(() => false, 100);
  expect(seen).toEqual([10, 15]);
});

test("a sleep that is aborted rejects with the reason and leaves no timer", async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const sleep = clock.sleep(1_000, stop.signal);
  stop.abort(new Error("enough"));
  await expect(sleep).rejects.toThrow("enough");
  await expect(clock.sleep(1_000, AbortSignal.abort(new Error("too late")))).rejects.toThrow("too late");
  expect(await clock.run(() => clock.now() > 0, 999)).toBe(false);
});

test("a timer that was cancelled does not ring", async () => {
  const clock = new VirtualClock();
  const rung: number[] = [];
  const cancel = clock.after(10, () => rung.push(10));
  cancel();
  await clock.run(() => false, 100);
  expect(rung).toEqual([]);
});

test("time stops at the limit, with what comes later still to come", async () => {
  const clock = new VirtualClock();
  const rung: number[] = [];
  clock.after(50, () => rung.push(50));
  expect(await clock.run(() => rung.length > 0, 49)).toBe(false);
  expect(clock.now()).toBe(49);
  expect(await clock.run(() => rung.length > 0, 50)).toBe(true);
  expect(rung).toEqual([50]);
});
