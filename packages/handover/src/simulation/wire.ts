import type { Milliseconds } from "../fleet/time.ts";
import type { Clock } from "../ports/clock.ts";

/** What the simulated network does to one call. */
export type Mishap = "none" | "cut before" | "cut after";

/** The way from one deployer to the world: slow, sometimes cut, and gone for good when the deployer is killed. */
export interface Wire {
  /** Carries one call: there, its effect, and back. */
  call<T>(effect: () => T): Promise<T>;
  /** The deployer's time: its sleeps end no more once it is dead. */
  readonly clock: Clock;
  /** The deployer is dead: no call of it has an effect or returns any more. */
  kill(): void;
}

export interface WireOptions {
  readonly delayMs: (call: number) => Milliseconds;
  readonly mishap?: (call: number) => Mishap;
  /** Called before and after each effect; killing there covers every await of the deployer. */
  readonly onStep?: (step: number) => void;
}

export function createWire(clock: Clock, options: WireOptions): Wire {
  let calls = 0;
  let steps = 0;
  let dead = false;
  const step = (): void => options.onStep?.(steps++);
  const never = (): Promise<never> => new Promise(() => undefined);
  const sleep: Clock["sleep"] = async (ms, signal) => {
    await clock.sleep(ms, signal);
    if (dead) await never();
  };
  return {
    clock: { now: () => clock.now(), sleep },
    kill: () => {
      dead = true;
    },
    async call(effect) {
      const number = calls++;
      const mishap = options.mishap?.(number) ?? "none";
      const delayMs = options.delayMs(number);
      step();
      if (dead) return await never();
      await clock.sleep(delayMs / 2);
      if (dead) return await never();
      if (mishap === "cut before") throw new Error("connection cut");
      const result = effect();
      step();
      if (dead) return await never();
      await clock.sleep(delayMs / 2);
      if (dead) return await never();
      if (mishap === "cut after") throw new Error("connection cut");
      return result;
    },
  };
}
