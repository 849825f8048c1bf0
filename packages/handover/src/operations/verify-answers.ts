import { request } from "node:http";
import type { Milliseconds } from "../fleet/time.ts";

/** Who answered one request through the load balancer. */
export interface Answered {
  /** `api-1/a`; null where the balancer gave no answer of a slot. */
  readonly slot: string | null;
  readonly status: number | null;
  readonly why: string | null;
}

const DEADLINE_MS: Milliseconds = 10_000;

/** Asks `count` times, one after the other, each over a connection of its own. */
export async function askThroughBalancer(url: string, count: number): Promise<readonly Answered[]> {
  const answers: Answered[] = [];
  for (let asked = 0; asked < count; asked += 1) answers.push(await ask(url));
  return answers;
}

function ask(url: string): Promise<Answered> {
  return new Promise((resolve) => {
    const headers = { "Handover-Probe": "verify" };
    const asked = request(url, { agent: false, headers, signal: AbortSignal.timeout(DEADLINE_MS) });
    asked.once("response", (answer) => {
      const slot = answer.headers["handover-slot"];
      answer.resume();
      answer.once("close", () =>
        resolve({
          slot: typeof slot === "string" ? slot : null,
          status: answer.statusCode ?? null,
          why: null,
        }),
      );
    });
    asked.once("error", (error) => resolve({ slot: null, status: null, why: error.message }));
    asked.end();
  });
}
