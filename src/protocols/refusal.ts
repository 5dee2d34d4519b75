/** How a protocol refuses a sign-in, and the published text of each refusal. */

/**
 * A protocol's check refused a provider's data. A caller can tell this apart from a defect, because every other error
 * is one.
 */
export class ProtocolRefusal<Code extends string = string> extends Error {
  override readonly name = "ProtocolRefusal";

  /**
   * @param code one of the published refusals, such as `OIDC_NONCE_MISMATCH`
   * @param detail only for the administrator: expected and received values, never a token, a secret or a whole message
   * @param fromBrowser whether the browser brought the provider's error without a signature, so that anyone can have written it
   */
  constructor(
    readonly code: Code,
    readonly detail: string | null = null,
    readonly fromBrowser = false,
  ) {
    super(detail === null ? code : `${code}: ${detail}`);
  }
}

/** How many characters of a received value a detail shows. */
const LONGEST_QUOTE = 100;

/** The start of a received value, for a detail; "none" for a missing value. */
export function quote(value: string | null | undefined): string {
  if (value == null) return "none";
  return value.length <= LONGEST_QUOTE ? value : `${value.slice(0, LONGEST_QUOTE)}…`;
}

/**
 * How sure it is that the provider or the settings are at fault. `PROVIDER`: Usher asked the provider itself, or
 * verified its signature. `DOUBTFUL`: a forged message looks the same. Several faults in a row make the connection
 * count as failing; doubtful faults do so only after an hour without a sign-in.
 */
export type Fault = "PROVIDER" | "DOUBTFUL";

/** The published text of one refusal. */
export interface RefusalText {
  /** Shown to the person who tried to sign in. Names no internals. */
  readonly message: string;
  /** Shown to the administrator: how to solve the problem. */
  readonly remedy: string;
  /**
   * Anyone can cause this refusal by posting a form or opening an address. Usher records it, but it does not count
   * against the health of the connection.
   */
  readonly causedByAnybody?: true;
  /** Present if the provider or the settings are at fault, so that everybody is refused. */
  readonly fault?: Fault;
}

/** Published refusals, by code. */
export type RefusalTexts<Code extends string = string> = Readonly<Record<Code, RefusalText>>;

/**
 * Throws a `ProtocolRefusal`. Annotate a constant with this type (`const refuse: Refuse<MyCode> = …`). The compiler
 * then knows that a call never returns.
 */
export type Refuse<Code extends string> = (code: Code, detail?: string | null) => never;

const PREFIX = /^[A-Z][A-Z0-9]*_(?:[A-Z0-9]+_)*$/;
const CODE = /^[A-Z0-9]+(?:_[A-Z0-9]+)*$/;

/**
 * Defines the refusals of one protocol or connection type.
 *
 * @param prefix the start of every code, such as `OIDC_`. The codes of all types are members of one enum of the schema
 * @throws Error when a code lacks the prefix, or is not written in capitals, digits and underscores
 */
export function defineRefusals<const Texts extends RefusalTexts>(
  prefix: string,
  texts: Texts,
): { readonly texts: Texts; readonly refuse: Refuse<keyof Texts & string> } {
  if (!PREFIX.test(prefix)) throw new Error(`The prefix ${prefix} must be like OIDC_: capitals, with _ at its end.`);
  for (const code of Object.keys(texts))
    if (!code.startsWith(prefix) || !CODE.test(code.slice(prefix.length)))
      throw new Error(`The refusal ${code} must be ${prefix} followed by a name in capitals.`);
  return {
    texts,
    refuse: (code, detail = null) => {
      throw new ProtocolRefusal(code, detail);
    },
  };
}
