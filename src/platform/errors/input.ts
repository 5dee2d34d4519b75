/** Collects everything that is wrong with an input, so that a form can show all of it at once. */
import { domainToASCII, domainToUnicode } from "node:url";
import { findMisleading } from "../text.js";
import { Failure, INVALID_INPUT, type FieldIssue } from "./failure.js";

/** What a text must be like. Lengths are in characters. */
export interface TextRule {
  readonly longest?: number;
  readonly pattern?: RegExp;
  /** Completes "NAME …" when the pattern does not match. */
  readonly sentence?: string;
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/;
// Letters that only look like others would let one person pass for another.
const EMAIL = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;

/** What a number must be like. */
export interface NumberRule {
  readonly lowest: number;
  readonly highest?: number;
  /** Completes "NAME …" when the number lies outside, or is none. */
  readonly sentence: string;
}

/** Whether a text has the form of an e-mail address that a mail server would take (RFC 5321 4.5.3 lengths). */
export function isEmailAddress(text: string): boolean {
  return text.length <= 254 && EMAIL.test(text);
}

/**
 * The address with its domain in ASCII (IDNA, RFC 5891), or `null` for a text that is none. A domain in compatibility letters,
 * which IDNA would change into others, is none.
 */
export function readEmailAddress(text: string): string | null {
  const at = text.lastIndexOf("@") + 1;
  const domain = text.slice(at);
  if (isEmailAddress(text) || domain.length > 253) return isEmailAddress(text) ? text : null;
  const ascii = domainToASCII(domain);
  const isUnchanged = domain === domain.normalize("NFC") && domainToUnicode(ascii) === domain.toLowerCase();
  const address = text.slice(0, at) + ascii;
  return isUnchanged && isEmailAddress(address) ? address : null;
}

/** Whether only letters other than ASCII before the `@` keep a text from being an address (RFC 6531). */
export function hasForeignLocalPart(text: string): boolean {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, at);
  const plain = local.replace(/[^\P{L}a-z]|\p{M}/giu, "a");
  return plain !== local && readEmailAddress(plain + text.slice(at)) !== null;
}

const FOREIGN_LOCAL_PART =
  "must be an e-mail address with ASCII letters alone before the @; use the person's other address";

export class InputCheck {
  readonly #issues: FieldIssue[] = [];

  add(path: string, code: FieldIssue["code"], message: string): void {
    this.#issues.push({ path, code, message });
  }

  /** A text that must be there. Answers it trimmed; when it is wrong, an empty string that `finish` never lets out. */
  text(path: string, value: string | null | undefined, rule: TextRule = {}): string {
    const text = this.optionalText(path, value, rule);
    if (text === null && !this.#issues.some((issue) => issue.path === path)) this.add(path, "REQUIRED", "is required");
    return text ?? "";
  }

  /** A text that may be absent or cleared. */
  optionalText(path: string, value: string | null | undefined, rule: TextRule = {}): string | null {
    const text = value?.trim().normalize("NFC") ?? "";
    if (text === "") return null;
    const longest = rule.longest ?? 200;
    const misleading = findMisleading(text);
    if (text.length > longest) this.add(path, "INVALID", `must be at most ${longest} characters long`);
    else if (CONTROL_CHARACTERS.test(text))
      this.add(path, "INVALID", "must not contain line breaks or control characters");
    else if (misleading !== null) this.add(path, "INVALID", misleading);
    else if (rule.pattern && !rule.pattern.test(text)) this.add(path, "INVALID", rule.sentence ?? "has a wrong form");
    else return text;
    return null;
  }

  /** A number that may be absent or cleared. A literal in a document can overflow to infinity, which is none. */
  optionalNumber(path: string, value: number | null | undefined, rule: NumberRule): number | null {
    if (value == null) return null;
    const { lowest, highest = Number.MAX_VALUE, sentence } = rule;
    // Adding zero makes one zero of the two that there are.
    if (Number.isFinite(value) && value >= lowest && value <= highest) return value + 0;
    this.add(path, "INVALID", sentence);
    return null;
  }

  /** An e-mail address that must be there. */
  email(path: string, value: string | null | undefined): string {
    const text = this.text(path, value, { longest: 254 });
    if (text === "") return text;
    const address = readEmailAddress(text);
    if (address === null)
      this.add(path, "INVALID", hasForeignLocalPart(text) ? FOREIGN_LOCAL_PART : "must be an e-mail address");
    return address ?? text;
  }

  /** @throws INVALID_INPUT when anything is wrong */
  finish(): void {
    if (this.#issues.length > 0) throw new Failure(INVALID_INPUT, { fields: this.#issues });
  }
}
