/** Finds small changes of a source file that a test should notice. */
import { parseSync } from "@swc/core";

/**
 * A small change of a source file.
 * @typedef {object} Place
 * @property {string} kind
 * @property {number} line
 * @property {string} before the text that is changed
 * @property {string} after its replacement
 * @property {string} changed the whole file with the change
 */

const OPPOSITES = new Map(
  Object.entries({ "<": "<=", "<=": "<", ">": ">=", ">=": ">", "===": "!==", "!==": "===", "&&": "||", "||": "&&" }),
);
const BOUNDS = ["<", "<=", ">", ">="];

/** Syntax without effect at run time, or with descriptions and names of fields only: types, imports, decorators. */
const UNSEEN_KEYS = [
  "span",
  "decorators",
  "typeAnnotation",
  "returnType",
  "typeParams",
  "typeParameters",
  "implements",
];
const UNSEEN_TYPES =
  /^(Import|ExportNamed|ExportAll|TsTypeParameter|TsInterface|TsTypeAlias|TsEnum|TsModule|TsImport|TsExport)/;
const LOG_METHODS = ["debug", "info", "warn", "error", "fatal"];
const DESCRIBING_KEYS = ["description", "deprecationReason"];

const isSql = (text) =>
  /\b(SELECT|UPDATE|DELETE FROM|WHERE|IS NULL|IS NOT NULL)\b|^\s*(AND|OR|ORDER BY) | (=|<|>|<=|>=|<>) \?/.test(text);
const SQL_TERM_END =
  /^(?:\s+(?:AND|OR|WHERE|ORDER BY|GROUP BY|LIMIT|HAVING|UNION|ON|THEN|END|(?:LEFT |INNER )?JOIN|FOR UPDATE)\b|[,)}])/;

const isCall = (expression) =>
  ["AwaitExpression", "UnaryExpression"].includes(expression.type)
    ? expression.operator !== "!" && isCall(expression.argument)
    : expression.type === "CallExpression" && expression.callee.type !== "Super";

const isLog = ({ type, callee }) => type === "CallExpression" && LOG_METHODS.includes(callee.property?.value);

/** The position at which the condition ends that begins at a position in SQL. */
function findTermEnd(sql, from) {
  let depth = 0;
  for (let at = from; at < sql.length; at += 1) {
    if (depth === 0 && SQL_TERM_END.test(sql.slice(at)) && !/ BETWEEN \S+$/.test(sql.slice(from, at))) return at;
    // A condition follows a placeholder, as in `id = ?${scope === null ? "" : " AND …"}`.
    if (depth === 0 && sql.startsWith("${", at) && /[\w?)']/.test(sql[at - 1])) return at;
    if (sql[at] === "(" || sql[at] === "{") depth += 1;
    if (sql[at] === ")" || sql[at] === "}") depth -= 1;
  }
  return sql.length;
}

/** The changes of SQL: a condition that always holds, a reversed order, a moved bound. */
function* changeSql(sql, isInside) {
  const patterns = [
    [/\b(?:AND|WHERE)\s+(?=\S)/g, (term) => `(1 = 1 OR ${term})`],
    [/\bOR\s+(?=\S)/g, (term) => `(1 = 0 AND ${term})`],
  ];
  for (const [pattern, change] of patterns) {
    for (const match of sql.matchAll(pattern)) {
      const from = match.index + match[0].length;
      const to = findTermEnd(sql, from);
      if (!isInside(match.index) || to === from || / BETWEEN \S+ $/.test(sql.slice(0, match.index))) continue;
      yield { from, to, after: change(sql.slice(from, to)) };
    }
  }
  const words = {
    " IS NULL": " IS NOT NULL",
    " IS NOT NULL": " IS NULL",
    " DESC": "",
    "DISTINCT ": "",
    ...Object.fromEntries(BOUNDS.map((bound) => [` ${bound} `, ` ${OPPOSITES.get(bound)} `])),
  };
  for (const [before, after] of Object.entries(words)) {
    for (const { index } of sql.matchAll(new RegExp(before, "g"))) {
      if (isInside(index)) yield { from: index, to: index + before.length, after };
    }
  }
}

/** The changes at one node of the parsed file, as spans of bytes with their replacement. */
function* changeNode(node, textOf) {
  const { type, span, operator } = node;
  const whole = (kind, after) => ({ kind, ...span, after });
  if (["IfStatement", "ConditionalExpression"].includes(type) && !["===", "!=="].includes(node.test.operator)) {
    const text = textOf(node.test.span);
    yield { kind: "condition", ...node.test.span, after: node.test.operator === "!" ? text.slice(1) : `!(${text})` };
  } else if (type === "BinaryExpression" && OPPOSITES.has(operator)) {
    const [left, right] = [node.left.span, node.right.span];
    const between = textOf({ start: left.end, end: right.start }).replace(operator, OPPOSITES.get(operator));
    const kind = BOUNDS.includes(operator) ? "bound" : "condition";
    yield whole(kind, textOf(left) + between + textOf(right));
  } else if (type === "BooleanLiteral") {
    yield whole("boolean", String(!node.value));
  } else if (type === "NumericLiteral") {
    yield whole("number", String(node.value < 100 ? node.value + 1 : node.value * 2));
  } else if (type === "ExpressionStatement" && isCall(node.expression)) {
    yield whole("call", ";");
  } else if (type === "ObjectExpression") {
    const spreads = node.properties.filter((property) => property.type === "SpreadElement");
    for (const spread of spreads) yield { kind: "spread", ...spanOfSpread(spread, spread.arguments), after: "...{}" };
  } else if (type === "ArrayExpression" || type === "CallExpression") {
    const elements = type === "ArrayExpression" ? node.elements : node.arguments;
    for (const element of elements) {
      if (element?.spread) yield { kind: "spread", ...spanOfSpread(element, element.expression), after: "...[]" };
    }
  } else if (type === "StringLiteral" || type === "TemplateLiteral") {
    const text = textOf(span);
    const parts = node.quasis?.map((part) => part.span) ?? [span];
    const isInside = (at) => {
      const byte = span.start + Buffer.byteLength(text.slice(0, at));
      return parts.some(({ start, end }) => start <= byte && byte < end);
    };
    const inner = text.slice(0, -1);
    if (!isSql(inner.slice(1))) return;
    for (const { from, to, after } of changeSql(inner, isInside)) {
      const start = span.start + Buffer.byteLength(text.slice(0, from));
      yield { kind: "SQL", start, end: start + Buffer.byteLength(text.slice(from, to)), after };
    }
  }
}

const spanOfSpread = (element, value) => ({ start: element.spread.start, end: value.span.end });

function* visit(node, textOf) {
  if (Array.isArray(node)) {
    for (const item of node) yield* visit(item, textOf);
  } else if (node !== null && typeof node === "object") {
    if (UNSEEN_TYPES.test(node.type) || isLog(node)) return;
    if (node.type === "KeyValueProperty" && DESCRIBING_KEYS.includes(node.key.value)) return;
    if (node.type !== undefined && node.span !== undefined) yield* changeNode(node, textOf);
    for (const [key, value] of Object.entries(node)) if (!UNSEEN_KEYS.includes(key)) yield* visit(value, textOf);
  }
}

/**
 * Finds the places of a file.
 * @param {string} source TypeScript
 * @returns {Place[]} in the order of the file
 */
export function findPlaces(source) {
  // The parser counts bytes from the end of the previous file. The empty statement marks the beginning of this one.
  const bytes = Buffer.from(`;${source}`);
  const { body } = parseSync(bytes.toString("utf8"), { syntax: "typescript", decorators: true, target: "es2023" });
  const base = body[0].span.start;
  const textOf = ({ start, end }) => bytes.subarray(start - base, end - base).toString("utf8");
  const end = base + bytes.length;
  return [...visit(body, textOf)]
    .map((change) => ({
      kind: change.kind,
      line: textOf({ start: base, end: change.start }).split("\n").length,
      before: textOf(change),
      after: change.after,
      changed: textOf({ start: base + 1, end: change.start }) + change.after + textOf({ start: change.end, end }),
      start: change.start,
    }))
    .toSorted((one, other) => one.start - other.start);
}
