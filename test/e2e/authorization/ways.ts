/** Every way through the schema from a query to a type with an id, and the selection of its fields. */
import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from "graphql";

type Field = GraphQLField<unknown, unknown>;
/** A way: the fields from a query to a type. */
export type Way = readonly { readonly from: string; readonly field: Field }[];

/** The ids that requests name, by type or argument. */
export type Ids = Readonly<Record<string, string>>;

/** An object with an id, found at the end of a way. */
export interface Found {
  readonly key: string;
  readonly way: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A field that requires an input object is not a way: nobody can make one up for every type. */
const isWay = (field: Field) =>
  !field.args.some((arg) => isRequiredArgument(arg) && isInputObjectType(getNamedType(arg.type)));
const fieldsOf = (schema: GraphQLSchema, type: string): readonly Field[] =>
  Object.values((schema.getType(type) as GraphQLObjectType).getFields()).filter(isWay);
const namedOf = (field: Field) => getNamedType(field.type);
const hasId = (type: GraphQLObjectType) => type.getFields()["id"] !== undefined;
const nameOf = (way: Way) => way.map(({ from, field }) => `${from}.${field.name}`).join(" → ");

/** The shortest way to every type that a query reaches, by the type's name. */
function findShortest(schema: GraphQLSchema): ReadonlyMap<string, Way> {
  const shortest = new Map<string, Way>([["Query", []]]);
  for (const [from, way] of shortest)
    for (const field of fieldsOf(schema, from)) {
      const type = namedOf(field);
      if (isObjectType(type) && !shortest.has(type.name)) shortest.set(type.name, [...way, { from, field }]);
    }
  return shortest;
}

/** The ways to every type with an id: through each field that returns the type or the only type that contains it. */
export function findWays(schema: GraphQLSchema): ReadonlyMap<string, readonly Way[]> {
  const shortest = findShortest(schema);
  const edgesTo = (name: string): Way =>
    [...shortest.keys()].flatMap((from) =>
      fieldsOf(schema, from)
        .filter((field) => namedOf(field).name === name)
        .map((field) => ({ from, field })),
    );
  const waysTo = (name: string): readonly Way[] => {
    const edges = edgesTo(name);
    const [only] = edges;
    const parents = edges.length === 1 && only!.from !== "Query" ? edgesTo(only!.from) : [];
    if (parents.length > 0) return parents.map((parent) => [...(shortest.get(parent.from) ?? []), parent, only!]);
    return edges.map((edge) => [...(shortest.get(edge.from) ?? []), edge]);
  };
  const types = [...shortest.keys()].filter((name) => hasId(schema.getType(name) as GraphQLObjectType));
  return new Map(types.map((name) => [name, waysTo(name)]));
}

/** Types with an id that only mutations return. */
export function findTypesOfMutations(schema: GraphQLSchema): readonly string[] {
  const reached = findShortest(schema);
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && hasId(type) && !reached.has(type.name))
    .map(({ name }) => name)
    .toSorted();
}

/** The arguments of a field on a way. @throws if a required argument has no known value */
function writeArguments({ field }: Way[number], ids: Ids): string {
  const valueOf = (arg: GraphQLArgument): string | null => {
    const type = getNamedType(arg.type);
    if (arg.name === "first") return "10";
    if (isEnumType(type) && isRequiredArgument(arg)) return type.getValues()[0]!.name;
    const known = arg.name === "id" ? ids[namedOf(field).name] : ids[arg.name];
    if (known !== undefined) return JSON.stringify(known);
    if (isRequiredArgument(arg))
      throw new Error(`There is no value for ${field.name}(${arg.name}). Add one to the ids of makeWorld.`);
    return null;
  };
  const values = field.args.flatMap((arg) => {
    const value = valueOf(arg);
    return value === null ? [] : [`${arg.name}: ${value}`];
  });
  return values.length === 0 ? "" : `(${values.join(", ")})`;
}

const LARGEST_DEPTH = 4;

/**
 * Selects every field of a type. Of objects with an id, it selects only the id. It selects a field that takes an organization
 * with each of these organizations, and also without one if that is valid.
 */
function selectAll(type: GraphQLObjectType, organizationIds: readonly string[], depth = 0): string {
  const below = (output: GraphQLOutputType): string => {
    const named = getNamedType(output);
    if (isLeafType(named)) return "";
    if (!isObjectType(named) || depth === LARGEST_DEPTH) return "{ __typename }";
    return hasId(named) ? "{ __typename id }" : `{ ${selectAll(named, organizationIds, depth + 1)} }`;
  };
  const fields = Object.values(type.getFields()).flatMap((field) => {
    const organization = field.args.find(({ name }) => name === "organizationId");
    const selection = below(field.type);
    // Small pages keep the query within its cost limit.
    const isPage = field.args.some(({ name }) => name === "first");
    const page = isPage ? "(first: 1)" : "";
    if (organization === undefined) return [`${field.name}${page}${selection}`];
    const plain = isRequiredArgument(organization) ? [] : [`${field.name}${page}${selection}`];
    return [
      ...plain,
      ...organizationIds.map(
        (id, index) =>
          `${field.name}${index}: ${field.name}(organizationId: "${id}"${isPage ? ", first: 1" : ""})${selection}`,
      ),
    ];
  });
  return `__typename ${fields.join(" ")}`;
}

/** The query that follows a way and selects every field at its end. */
export function documentOf(way: Way, ids: Ids, organizationIds: readonly string[]): string {
  const [last] = way.slice(-1);
  const end = selectAll(namedOf(last!.field) as GraphQLObjectType, organizationIds);
  return way.reduceRight(
    (inner, step) => `{ step: ${step.field.name}${writeArguments(step, ids)} ${inner} }`,
    `{ ${end} }`,
  );
}

/** The way through `nodes`. */
export function wayOfNodes(schema: GraphQLSchema): Way {
  return [{ from: "Query", field: schema.getQueryType()!.getFields()["nodes"]! }];
}

/** The query that finds these ids of a type with `nodes` and selects every field. */
export function documentOfNodes(
  type: GraphQLObjectType,
  ids: readonly string[],
  organizationIds: readonly string[],
): string {
  return `{ step: nodes(ids: ${JSON.stringify(ids)}) { ... on ${type.name} { ${selectAll(type, organizationIds)} } } }`;
}

/** The objects at the end of the way in an answer to one of these queries. */
export function collect(way: Way, data: unknown): readonly Found[] {
  const follow = (value: unknown, steps: number): readonly unknown[] => {
    if (value === null || value === undefined) return [];
    if (Array.isArray(value)) return value.flatMap((item) => follow(item, steps));
    return steps === 0 ? [value] : follow((value as { readonly step?: unknown }).step, steps - 1);
  };
  return (follow(data, way.length) as { readonly __typename: string; readonly id: string }[]).map((fields) => ({
    key: `${fields.__typename} ${fields.id}`,
    way: nameOf(way),
    fields: { ...fields },
  }));
}
