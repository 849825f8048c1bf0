import { fits, shown, unfit, type Read } from "./value.ts";

/** What one prober thread sends without measuring its own delays. */
export const MOST_REQUESTS_PER_SECOND = 2000;

const FEWEST_REQUESTS_PER_SECOND = 0.1;

/** `20/s`: requests a second. */
export function readRate(value: unknown): Read<number> {
  if (typeof value === "number")
    return unfit(`is \`${value}\`, a number without a unit`, `Write \`${value}/s\`.`);
  const rate = typeof value === "string" ? /^(\d+(?:\.\d+)?)\/s$/u.exec(value.trim())?.[1] : undefined;
  if (rate === undefined)
    return unfit(`is ${shown(value)}, not a rate`, "Write requests a second, such as `20/s`.");
  if (Number(rate) < FEWEST_REQUESTS_PER_SECOND) {
    const why = Number(rate) === 0 ? "is zero" : `is ${shown(value)}, too few`;
    return unfit(
      `${why}: a deploy that is not measured is not proven`,
      `Write at least \`${FEWEST_REQUESTS_PER_SECOND}/s\`.`,
    );
  }
  if (Number(rate) > MOST_REQUESTS_PER_SECOND) {
    return unfit(
      `is ${shown(value)}, more than the probe can send`,
      `Write at most \`${MOST_REQUESTS_PER_SECOND}/s\`.`,
    );
  }
  return fits(Number(rate));
}

export function formatRate(ratePerSecond: number): string {
  return `${ratePerSecond}/s`;
}

/** `<500`: answers with a status below this are good. Given as the first status that has failed. */
export function readExpect(value: unknown): Read<number> {
  const status = typeof value === "string" ? /^<\s*(\d{3})$/u.exec(value.trim())?.[1] : undefined;
  if (status === undefined || Number(status) <= 200 || Number(status) > 600) {
    return unfit(
      `is ${shown(value)}, not a bound of a status`,
      'Write `"<500"`: every answer below it is good.',
    );
  }
  return fits(Number(status));
}

export function formatExpect(failFromStatus: number): string {
  return `<${failFromStatus}`;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/iu;

/** A path, or an absolute `http://` URL on loopback: the probe never sends load to somebody else. */
export function readProbeUrl(value: unknown): Read<string> {
  const path = readPath(value);
  if (path.kind === "fits") return path;
  const url =
    typeof value === "string"
      ? /^http:\/\/([^/?#\s]+?)(?::\d{1,5})?(?:[/?][!-"$-~]*)?$/u.exec(value.trim())
      : null;
  if (typeof value !== "string" || url === null) {
    return unfit(
      `is ${shown(value)}, neither a path nor a URL`,
      "Write a path such as `/`, or `http://127.0.0.1:8080/`.",
    );
  }
  if (!LOOPBACK.test(url[1] ?? "")) {
    return unfit(
      `asks \`${url[1]}\`, which is not this machine`,
      "Write a path: it is asked through the load balancer.",
    );
  }
  return fits(value.trim());
}

/** What stands in a request line: `/health?deep=1`. */
export function readPath(value: unknown): Read<string> {
  const text = typeof value === "string" ? value.trim() : "";
  if (/^\/[!-"$-~]*$/u.test(text)) return fits(text);
  return unfit(`is ${shown(value)}, not a path`, "Write a path that begins with `/`, without blanks or `#`.");
}
