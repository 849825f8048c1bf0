/** What the control listener answers, as a value. */
export interface ControlAnswer {
  readonly status: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that is refused; thrown where that is found out, answered in one place. */
export class Refused extends Error {
  readonly answer: ControlAnswer;

  constructor(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.answer = { status, body: { error: { code, message } }, headers };
  }
}
