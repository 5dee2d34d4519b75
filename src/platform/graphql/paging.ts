/** Relay pages (GraphQL Cursor Connections): arguments, types, and the value that a resolver returns. */
import { ArgsType, Extensions, Field, Int, ObjectType, type ClassType } from "type-graphql";
import { declareField } from "./declare.js";
import { Failure, INVALID_INPUT, QUERY_LIMIT_EXCEEDED, type FieldIssue } from "../errors/failure.js";

export const DEFAULT_PAGE_SIZE = 50;
export const MAXIMUM_PAGE_SIZE = 200;
/**
 * The cost of a list's total, because counting reads every row of the list. It lets each row of the largest page count
 * one list.
 */
const COST_OF_COUNTING = 100;
/** The type extension that makes the cost rule multiply the cost of a field's children by the page size. */
export const PAGE_EXTENSION = "usherPage";

/** The four arguments of every paged field: `@Args() page: PageArgs`. */
@ArgsType()
export class PageArgs {
  @Field(() => Int, {
    nullable: true,
    description: `How many to return from the beginning, or after \`after\`. At most ${MAXIMUM_PAGE_SIZE}; ${DEFAULT_PAGE_SIZE} when neither \`first\` nor \`last\` is given.`,
  })
  first?: number | null;

  @Field(() => String, {
    nullable: true,
    description: "Continue after this cursor, which is `pageInfo.endCursor` of the previous page. Goes with `first`.",
  })
  after?: string | null;

  @Field(() => Int, {
    nullable: true,
    description: `How many to return from the end, or before \`before\`. At most ${MAXIMUM_PAGE_SIZE}. Not together with \`first\`.`,
  })
  last?: number | null;

  @Field(() => String, {
    nullable: true,
    description:
      "Continue backwards from this cursor, which is `pageInfo.startCursor` of the following page. Goes with `last`.",
  })
  before?: string | null;
}

/** A requested page, after its arguments were checked. */
export interface PageRequest {
  readonly size: number;
  readonly backward: boolean;
  /** Where the page begins; `null` for the first page, or for the last page when `backward` is true. */
  readonly cursor: string | null;
}

/**
 * Checks the four arguments.
 * @throws Failure INVALID_INPUT for contradicting arguments, QUERY_LIMIT_EXCEEDED for a page that is too large
 */
export function readPageRequest({ first, after, last, before }: PageArgs): PageRequest {
  const backward = isGiven(last) || isGiven(before);
  const issues: FieldIssue[] = [];
  if (isGiven(first) && isGiven(last)) {
    issues.push({ path: "last", code: "INVALID", message: "Give first or last, not both." });
  }
  if (isGiven(after) && isGiven(before)) {
    issues.push({ path: "before", code: "INVALID", message: "Give after or before, not both." });
  }
  if (issues.length === 0 && isGiven(before) && isGiven(first)) {
    issues.push({ path: "before", code: "INVALID", message: "before goes with last; first goes with after." });
  }
  if (issues.length === 0 && isGiven(after) && isGiven(last)) {
    issues.push({ path: "after", code: "INVALID", message: "after goes with first; last goes with before." });
  }
  for (const [path, size] of Object.entries({ first, last })) {
    if (isGiven(size) && size < 0) {
      issues.push({ path, code: "INVALID", message: `${path} is a number from 0 to ${MAXIMUM_PAGE_SIZE}.` });
    }
  }
  if (issues.length > 0) {
    throw new Failure(INVALID_INPUT, { fields: issues });
  }
  const size = first ?? last ?? DEFAULT_PAGE_SIZE;
  requirePageSize(size);
  return { size, backward, cursor: (backward ? before : after) ?? null };
}

/** @throws Failure QUERY_LIMIT_EXCEEDED when a page of this size is too large */
export function requirePageSize(size: number): void {
  if (size > MAXIMUM_PAGE_SIZE) {
    throw new Failure(QUERY_LIMIT_EXCEEDED, { limit: "page size", maximum: MAXIMUM_PAGE_SIZE, actual: size });
  }
}

function isGiven<Value>(value: Value | null | undefined): value is Value {
  return value !== null && value !== undefined;
}

/** The rows of one page. A value that needs another query is a function, which runs only if the caller asks for it. */
export interface RowPage<Row> {
  readonly rows: readonly Row[];
  readonly hasNextPage: () => boolean | Promise<boolean>;
  readonly hasPreviousPage: () => boolean | Promise<boolean>;
  readonly cursorOf: (row: Row) => string;
  readonly count: () => Promise<number>;
}

/** One item of a page with its cursor. */
interface Edge<Node> {
  readonly cursor: string;
  readonly node: Node;
}

/**
 * The value that a resolver of a page returns. graphql-js calls a function only when its field is selected, so that a list is
 * counted only on request.
 */
export interface Page<Node> {
  readonly edges: () => readonly Edge<Node>[];
  readonly nodes: readonly Node[];
  readonly pageInfo: () => {
    readonly hasNextPage: () => boolean | Promise<boolean>;
    readonly hasPreviousPage: () => boolean | Promise<boolean>;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
  readonly totalCount: () => Promise<number>;
}

/** Turns rows into a page of nodes. */
export function toPage<Row, Node>(page: RowPage<Row>, toNode: (row: Row) => Node): Page<Node> {
  const { rows, cursorOf, hasNextPage, hasPreviousPage, count } = page;
  const nodes = rows.map((row) => toNode(row));
  const cursorAt = (row: Row | undefined) => (row === undefined ? null : cursorOf(row));
  return {
    nodes,
    edges: () => rows.map((row, index) => ({ cursor: cursorOf(row), node: nodes[index] as Node })),
    pageInfo: () => ({
      hasNextPage,
      hasPreviousPage,
      startCursor: cursorAt(rows[0]),
      endCursor: cursorAt(rows.at(-1)),
    }),
    totalCount: count,
  };
}

/** The page of an empty list. */
export function emptyPage<Node>(): Page<Node> {
  const nothing = { rows: [], hasNextPage: () => false, hasPreviousPage: () => false, cursorOf: () => "" };
  return toPage<never, Node>({ ...nothing, count: async () => 0 }, (row) => row);
}

@ObjectType({ description: "Where this page lies in the whole list.", simpleResolvers: true })
class PageInfo {
  @Field(() => Boolean, { description: "Whether there is more after `endCursor`." })
  hasNextPage!: boolean;

  @Field(() => Boolean, { description: "Whether there is more before `startCursor`." })
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: "The first item's cursor, for `before`; null on an empty page." })
  startCursor!: string | null;

  @Field(() => String, { nullable: true, description: "The last item's cursor, for `after`; null on an empty page." })
  endCursor!: string | null;
}

/**
 * Declares the types of a page: `<name>Connection` and `<name>Edge`.
 * @param name the beginning of the types' names, usually the node type's name
 * @param node the node type, as in `@Field(() => …)`
 * @param description the description of the list in the schema
 * @returns the class to name in `@Query(() => …)`; resolvers return a `Page` for it
 */
export function definePage<Node extends object>(
  name: string,
  node: () => ClassType<Node>,
  description: string,
): ClassType<Page<Node>> {
  const declare = (target: ClassType, field: string, type: () => unknown, says: string, complexity = 1) =>
    declareField(target, field, type, { description: says, nullable: false, complexity });
  class EdgeType {}
  ObjectType(`${name}Edge`, { description: `One item of ${name}Connection.`, simpleResolvers: true })(EdgeType);
  declare(EdgeType, "cursor", () => String, "The item's cursor, for `after` and `before`.");
  declare(EdgeType, "node", node, "The item itself.");

  class ConnectionType {}
  ObjectType(`${name}Connection`, { description, simpleResolvers: true })(ConnectionType);
  Extensions({ [PAGE_EXTENSION]: true })(ConnectionType);
  declare(ConnectionType, "edges", () => [EdgeType], "The items of this page, each with its cursor.");
  declare(ConnectionType, "nodes", () => [node()], "The items of this page, without cursors.");
  declare(ConnectionType, "pageInfo", () => PageInfo, "Where this page lies in the whole list.");
  declare(
    ConnectionType,
    "totalCount",
    () => Int,
    "How many items the whole list has. Counted only when asked for; on large lists, ask once and not on every page.",
    COST_OF_COUNTING,
  );
  // The class holds the decorators' metadata. Its values are plain `Page` objects.
  return ConnectionType as ClassType<Page<Node>>;
}
