/** Parses a filter (RFC 7644, section 3.4.2.2) into a tree. It knows the grammar, not the attributes. */
import { shorten } from "../../platform/text.js";
import { invalid } from "../failures.js";

const OPERATORS = ["eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"] as const;
export type Operator = (typeof OPERATORS)[number];

export type Filter =
  | { readonly kind: "and" | "or"; readonly filters: readonly Filter[] }
  | { readonly kind: "not"; readonly filter: Filter }
  | { readonly kind: "compare"; readonly path: string; readonly operator: Operator; readonly value: Literal }
  | { readonly kind: "present"; readonly path: string }
  /** A value path: one element of the list passes. */
  | { readonly kind: "element"; readonly path: string; readonly filter: Filter };

export type Literal = string | boolean | null;

const LONGEST_FILTER = 4_000;
/** Each comparison costs a sub-query. */
const MOST_COMPARISONS = 50;
/** The parser calls itself for each level. */
const DEEPEST = 10;

interface Token {
  readonly kind: "word" | "text" | "mark";
  readonly text: string;
  readonly at: number;
}

const TOKEN =
  // oxlint-disable-next-line no-control-regex -- JSON texts have no control characters
  /\s*(?:(?<text>"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(?<word>[A-Za-z$\d-][\w$:.-]*)|(?<mark>[()[\]]|\.))/y;

/** @throws SCIM_REQUEST_INVALID with the place of the mistake */
export function parseFilter(text: string): Filter {
  if (text.length > LONGEST_FILTER)
    throw invalid("invalidFilter", `The filter has ${text.length} characters; send at most ${LONGEST_FILTER}.`);
  const parser = new Parser(text, tokenize(text));
  const filter = parser.parseOr(0);
  parser.requireEnd();
  return filter;
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const length = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < length) {
    const from = TOKEN.lastIndex;
    const { groups } = TOKEN.exec(text) ?? {};
    if (groups === undefined) throw mistake(text, from, "cannot be read");
    const kind = groups["text"] !== undefined ? "text" : groups["word"] !== undefined ? "word" : "mark";
    tokens.push({ kind, text: groups[kind] ?? "", at: TOKEN.lastIndex - (groups[kind] ?? "").length });
  }
  return tokens;
}

function mistake(text: string, at: number, what: string) {
  return invalid("invalidFilter", `The filter ${what} at character ${at + 1}: ${shorten(text.slice(at)) || "its end"}`);
}

/** Recursive descent: `or` binds weaker than `and`, and `and` weaker than `not`. */
class Parser {
  #next = 0;
  #comparisons = 0;

  constructor(
    private readonly text: string,
    private readonly tokens: readonly Token[],
  ) {}

  parseOr(depth: number): Filter {
    return this.#parseList("or", () => this.#parseAnd(depth));
  }

  requireEnd(): void {
    if (this.#peek() !== undefined) throw this.#mistake("goes on after its end");
  }

  #parseAnd(depth: number): Filter {
    return this.#parseList("and", () => this.#parseTerm(depth));
  }

  #parseList(kind: "and" | "or", parse: () => Filter): Filter {
    const first = parse();
    const filters = [first];
    while (this.#isWord(kind)) {
      this.#next += 1;
      filters.push(parse());
    }
    return filters.length === 1 ? first : { kind, filters };
  }

  #parseTerm(depth: number): Filter {
    if (depth >= DEEPEST) throw this.#mistake(`has more than ${DEEPEST} levels of brackets`);
    if (this.#isMark("(")) return this.#parseGroup(depth);
    if (this.#isWord("not") && this.tokens[this.#next + 1]?.text === "(") {
      this.#next += 1;
      return { kind: "not", filter: this.#parseGroup(depth) };
    }
    return this.#parseComparison(depth);
  }

  #parseGroup(depth: number): Filter {
    this.#take("(");
    const filter = this.parseOr(depth + 1);
    this.#take(")");
    return filter;
  }

  #parseComparison(depth: number): Filter {
    const path = this.#takeWord("needs the name of an attribute");
    if (this.#isMark("[")) return this.#parseElement(path, depth);
    return this.#parseTest(path);
  }

  #parseTest(path: string): Filter {
    this.#comparisons += 1;
    if (this.#comparisons > MOST_COMPARISONS) throw this.#mistake(`has more than ${MOST_COMPARISONS} comparisons`);
    const operator = this.#takeWord("needs an operator").toLowerCase();
    if (operator === "pr") return { kind: "present", path };
    if (!isOperator(operator)) {
      this.#next -= 1;
      throw this.#mistake("has an unknown operator");
    }
    return { kind: "compare", path, operator, value: this.#takeLiteral() };
  }

  /** Entra ID compares a sub-attribute behind a value path: `emails[type eq "work"].value eq "…"`. */
  #parseElement(path: string, depth: number): Filter {
    this.#take("[");
    const filter = this.parseOr(depth + 1);
    this.#take("]");
    if (!this.#isMark(".")) return { kind: "element", path, filter };
    this.#take(".");
    const test = this.#parseTest(this.#takeWord("needs the name of a sub-attribute"));
    return { kind: "element", path, filter: { kind: "and", filters: [filter, test] } };
  }

  #takeLiteral(): Literal {
    const token = this.#peek();
    if (token?.kind === "text") {
      this.#next += 1;
      return JSON.parse(token.text) as string;
    }
    const word = this.#takeWord("needs a value");
    if (word === "true" || word === "false") return word === "true";
    if (word === "null") return null;
    // Some providers leave out the quotes of a text that consists of digits. No attribute is a number.
    if (/^-?\d[\d.]*$/.test(word)) return word;
    this.#next -= 1;
    throw this.#mistake("needs a value in double quotes");
  }

  #peek(): Token | undefined {
    return this.tokens[this.#next];
  }

  #isWord(word: string): boolean {
    const token = this.#peek();
    return token?.kind === "word" && token.text.toLowerCase() === word;
  }

  #isMark(mark: string): boolean {
    const token = this.#peek();
    return token?.kind === "mark" && token.text === mark;
  }

  #take(mark: string): void {
    if (!this.#isMark(mark)) throw this.#mistake(`needs "${mark}"`);
    this.#next += 1;
  }

  #takeWord(otherwise: string): string {
    const token = this.#peek();
    if (token?.kind !== "word") throw this.#mistake(otherwise);
    this.#next += 1;
    return token.text;
  }

  #mistake(what: string) {
    return mistake(this.text, this.#peek()?.at ?? this.text.length, what);
  }
}

function isOperator(word: string): word is Operator {
  return (OPERATORS as readonly string[]).includes(word);
}
