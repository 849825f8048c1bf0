export type ErrorCode =
  | "CONFIG_NOT_FOUND"
  | "CONFIG_UNREADABLE"
  | "CONFIG_SYNTAX"
  | "CONFIG_INVALID"
  | "CONFIG_CONTRADICTION"
  | "USAGE"
  | "SECRET_MISSING"
  | "RELEASE_UNKNOWN"
  | "LEASE_HELD"
  | "REFUSED"
  | "HOST_UNREACHABLE"
  | "ORDER_REFUSED"
  | "RELEASE_FAILED"
  | "LOST"
  | "INTERNAL";

export interface ErrorEntry {
  readonly title: string;
  /** The exit status of the command. */
  readonly exit: number;
  /** What it means for the requests of users, as a sentence. */
  readonly traffic: string;
}

const UNTOUCHED = "Nothing was touched.";

/** Every error that a user can meet. `docs/errors.md` has a heading for each code. */
export const ERRORS: Readonly<Record<ErrorCode, ErrorEntry>> = {
  CONFIG_NOT_FOUND: { title: "There is no configuration file", exit: 2, traffic: UNTOUCHED },
  CONFIG_UNREADABLE: { title: "The configuration file cannot be read", exit: 2, traffic: UNTOUCHED },
  CONFIG_SYNTAX: { title: "The configuration file is not valid YAML", exit: 2, traffic: UNTOUCHED },
  CONFIG_INVALID: { title: "The configuration does not fit", exit: 2, traffic: UNTOUCHED },
  CONFIG_CONTRADICTION: { title: "The configuration contradicts itself", exit: 2, traffic: UNTOUCHED },
  USAGE: { title: "The command was not understood", exit: 2, traffic: UNTOUCHED },
  SECRET_MISSING: { title: "A secret is missing", exit: 2, traffic: UNTOUCHED },
  RELEASE_UNKNOWN: { title: "No such release is kept", exit: 2, traffic: UNTOUCHED },
  LEASE_HELD: { title: "Another deploy is under way", exit: 3, traffic: UNTOUCHED },
  REFUSED: { title: "A promise could not be kept", exit: 3, traffic: UNTOUCHED },
  HOST_UNREACHABLE: { title: "A host cannot be reached", exit: 3, traffic: UNTOUCHED },
  ORDER_REFUSED: {
    title: "The host refused an order",
    exit: 5,
    traffic: "The order had no effect; the instances that served go on serving.",
  },
  RELEASE_FAILED: {
    title: "The new release failed",
    exit: 1,
    traffic: "The fleet serves; the instance that failed went back to what it ran before.",
  },
  LOST: {
    title: "Something else was lost",
    exit: 5,
    traffic: "What can still be reached goes on serving; the report says who runs what.",
  },
  INTERNAL: {
    title: "Handover itself failed",
    exit: 5,
    traffic: "Instances go on serving without the command; drains end by themselves.",
  },
};
