import type { Environment } from "./configuration.ts";
import { formatDuration } from "./duration.ts";
import { allowedOut, strategyOf } from "./environment-facts.ts";
import { MOST_REQUESTS_PER_SECOND } from "./probe-values.ts";

/** Settings that are each fine but cannot keep the promises together. */
export interface Contradiction {
  /** What it is about, relative to the environment or to the top of the file; the one to change comes first. */
  readonly keys: readonly (readonly string[])[];
  readonly message: string;
  readonly next: string;
}

export interface Rule {
  /** The rule as the reference tells it. */
  readonly says: string;
  readonly broken: (environment: Environment) => readonly Contradiction[];
}

/** Every contradiction that is refused before anything is touched. */
export const RULES: readonly Rule[] = [
  {
    says: "`stopGrace` is at least `longestRequest`: else an instance could be killed in the middle of a request.",
    broken: ({ stopGraceMs, longestRequestMs }) => {
      if (stopGraceMs >= longestRequestMs) return [];
      const longest = formatDuration(longestRequestMs);
      return one(
        [["stopGrace"], ["longestRequest"]],
        `\`stopGrace\` (${formatDuration(stopGraceMs)}) is shorter than \`longestRequest\` (${longest}): an instance could be killed in the middle of a request`,
        `Write \`stopGrace: ${longest}\` or more, or a shorter \`longestRequest\`.`,
      );
    },
  },
  {
    says: "`health.timeout` is at most `health.interval`: else checks overlap, and their number in a row says nothing about time.",
    broken: ({ health }) => {
      if (health.timeoutMs <= health.intervalMs) return [];
      const interval = formatDuration(health.intervalMs);
      return one(
        [
          ["health", "timeout"],
          ["health", "interval"],
        ],
        `\`health.timeout\` (${formatDuration(health.timeoutMs)}) is longer than \`health.interval\` (${interval}): checks would overlap`,
        `Write a \`timeout\` of at most ${interval}, or a longer \`interval\`.`,
      );
    },
  },
  {
    says: "With `strategy: stop-first` there are at least two instances, and `maxUnavailable` is less than all of them: else nothing serves during a deploy.",
    broken: (environment) => {
      if (strategyOf(environment) !== "stop-first") return [];
      const { name, runs } = environment;
      const { instances } = runs;
      if (instances === 1) {
        return one(
          [
            ["rollout", "strategy"],
            ["processes", "instances"],
          ],
          `\`strategy: stop-first\` with one instance, as in \`${name}\`, leaves none to serve while it is replaced`,
          "Write `strategy: start-first`, or at least two instances.",
        );
      }
      const allowed = allowedOut(environment);
      if (allowed < instances) return [];
      return one(
        [
          ["rollout", "maxUnavailable"],
          ["rollout", "strategy"],
          ["processes", "instances"],
        ],
        `\`maxUnavailable\` lets ${allowed} of ${instances} instances of \`${name}\` be out of rotation at a time: with \`strategy: stop-first\` none would serve`,
        `Write at most ${instances - 1}, or \`strategy: start-first\`.`,
      );
    },
  },
  {
    says: "`rollout.progressDeadline` is longer than `longestRequest`, `startDeadline` and `rollout.minHealthyTime`, each of which a good deploy may have to wait for.",
    broken: ({ rollout, longestRequestMs, startDeadlineMs }) => {
      const waits: readonly (readonly [key: readonly string[], ms: number])[] = [
        [["longestRequest"], longestRequestMs],
        [["startDeadline"], startDeadlineMs],
        [["rollout", "minHealthyTime"], rollout.minHealthyTimeMs],
      ];
      const longest = waits.toSorted(([, a], [, b]) => b - a)[0];
      if (longest === undefined || rollout.progressDeadlineMs > longest[1]) return [];
      const [key, ms] = longest;
      const deadline = formatDuration(rollout.progressDeadlineMs);
      return one(
        [["rollout", "progressDeadline"], key],
        `\`rollout.progressDeadline\` (${deadline}) is not longer than \`${key.join(".")}\` (${formatDuration(ms)}): a good deploy could be given up`,
        `Write a \`progressDeadline\` of more than ${formatDuration(ms)}.`,
      );
    },
  },
  {
    says: "`environment` and `secrets` do not name `PORT` or anything that begins with `HANDOVER_`: Handover sets these itself.",
    broken: ({ variables, secrets }) => {
      const named: readonly (readonly [section: string, name: string])[] = [
        ...Object.keys(variables).map((name) => ["environment", name] as const),
        ...secrets.map(({ name }) => ["secrets", name] as const),
      ];
      return named
        .filter(([, name]) => name === "PORT" || name.startsWith("HANDOVER_"))
        .flatMap(([section, name]) =>
          one(
            [[section, name]],
            `\`${name}\` is set by Handover for each instance`,
            `Take \`${name}\` out, or use another name.`,
          ),
        );
    },
  },
  {
    says: "A name stands in `environment` or in `secrets`, not in both.",
    broken: ({ variables, secrets }) =>
      secrets
        .filter(({ name }) => Object.hasOwn(variables, name))
        .flatMap(({ name }) =>
          one(
            [
              ["environment", name],
              ["secrets", name],
            ],
            `\`${name}\` is both a variable and a secret`,
            `Keep it under \`secrets\` if its value is one, else under \`environment\`.`,
          ),
        ),
  },
  {
    says: `All probes together send at most ${MOST_REQUESTS_PER_SECOND} requests a second.`,
    broken: ({ probes }) => {
      const rate = probes.reduce((sum, probe) => sum + probe.ratePerSecond, 0);
      if (rate <= MOST_REQUESTS_PER_SECOND) return [];
      return one(
        [["probe"]],
        `the probes send ${rate} requests a second together, more than can be measured`,
        `Write rates of at most ${MOST_REQUESTS_PER_SECOND}/s in sum.`,
      );
    },
  },
];

function one(keys: readonly (readonly string[])[], message: string, next: string): readonly Contradiction[] {
  return [{ keys, message, next }];
}
