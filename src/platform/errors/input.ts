/** Collects the mistakes of an input, so that a form can show all of them at once. */
import { domainToASCII, domainToUnicode } from "node:url";
import { findMisleading } from "../text.js";
import { Failure, INVALID_INPUT, type FieldIssue } from "./failure.js";

/** Requirements of a text. Lengths are in characters. */
export interface TextRule {
  readonly longest?: number;
  readonly pattern?: RegExp;
  /** What the error says after the field's name if the text does not match the pattern. */
  readonly sentence?: string;
}

// oxlint-disable-next-line no-control-regex -- looks for control characters
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/;
// ASCII only: with letters that look alike, one person could pass for another.
const EMAIL = /^[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+$/i;

export interface NumberRule {
  readonly lowest: number;
  readonly highest?: number;
  /** What the error says after the field's name if the number is out of range or not a number. */
  readonly sentence: string;
}

/** Whether a text has the form of an e-mail address that mail servers accept (lengths: RFC 5321 4.5.3). */
export function isEmailAddress(text: string): boolean {
  return text.length <= 254 && EMAIL.test(text);
}

/**
 * The address with its domain in ASCII (IDNA, RFC 5891), or `null` for a text that is not an address. A domain with
 * compatibility letters, which IDNA would replace, is not accepted.
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

/** Whether a text would be an address if its letters before the `@` were ASCII (RFC 6531). */
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

  /** A required text. Returns it trimmed. Returns an empty string when it is wrong, and `finish` then throws. */
  text(path: string, value: string | null | undefined, rule: TextRule = {}): string {
    const text = this.optionalText(path, value, rule);
    if (text === null && !this.#issues.some((issue) => issue.path === path)) this.add(path, "REQUIRED", "is required");
    return text ?? "";
  }

  /** An optional text. */
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

  /** An optional number. Refuses infinity, which a too large literal in a document becomes. */
  optionalNumber(path: string, value: number | null | undefined, rule: NumberRule): number | null {
    if (value == null) return null;
    const { lowest, highest = Number.MAX_VALUE, sentence } = rule;
    // Adding zero turns -0 into 0.
    if (Number.isFinite(value) && value >= lowest && value <= highest) return value + 0;
    this.add(path, "INVALID", sentence);
    return null;
  }

  /** A required e-mail address. */
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
