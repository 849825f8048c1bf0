import { createHash, timingSafeEqual } from "node:crypto";

/** Whether an `Authorization` header carries this token; takes equally long for every wrong one. */
export function carriesToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(?<token>\S+)$/i.exec(authorization ?? "")?.groups?.["token"] ?? "";
  return timingSafeEqual(digest(given), digest(token));
}

/** Digests are equally long, which `timingSafeEqual` wants, and tell nothing of the token's length. */
function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
