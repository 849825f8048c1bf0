declare const brand: unique symbol;

/** A string that only one constructor makes, so that an instance's id is never passed where a host's is wanted. */
export type Brand<Name extends string> = string & { readonly [brand]: Name };
