/**
 * A sign-in message that a protocol check refused. The one thing that every protocol throws, so that whoever called it
 * can tell "the provider sent something unacceptable" from a defect of ours.
 */
export class ProtocolRefusal<Code extends string = string> extends Error {
  override readonly name = "ProtocolRefusal";

  /**
   * @param code an entry of the protocol's published refusals, such as `OIDC_NONCE_MISMATCH`
   * @param detail what an administrator needs to know and nobody else may see: expected and received values, never a
   *   token, a secret or a whole message
   */
  constructor(
    readonly code: Code,
    readonly detail: string | null = null,
  ) {
    super(detail === null ? code : `${code}: ${detail}`);
  }
}

/** Characters of a received value in a detail. */
const LONGEST_QUOTE = 100;

/** As much of a received value as a detail quotes; "none" for a value that is missing. */
export function quote(value: string | null | undefined): string {
  if (value == null) return "none";
  return value.length <= LONGEST_QUOTE ? value : `${value.slice(0, LONGEST_QUOTE)}…`;
}

/** What a protocol publishes of each of its refusals: a sentence that is safe to show to anybody, and what mends it. */
export interface RefusalText {
  /** Shown to the person who tried to sign in. Names no internals. */
  readonly message: string;
  /** Shown to the administrator: what to do about it. */
  readonly remedy: string;
  /**
   * Any stranger brings it about by posting a form or opening an address: it is recorded, and says nothing about whether
   * the connection works.
   */
  readonly causedByAnybody?: true;
}

/** A protocol's published refusals, by code. */
export type RefusalTexts<Code extends string = string> = Readonly<Record<Code, RefusalText>>;
