/** Finds parts of a schema without a description. */
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isSpecifiedScalarType,
  type GraphQLArgument,
  type GraphQLNamedType,
  type GraphQLSchema,
} from "graphql";

/** The names of parts without a description, such as `User`, `User.email`, `Query.user(id:)`, `Status.ACTIVE`. */
export function findUndescribed(schema: GraphQLSchema): string[] {
  const roots: readonly unknown[] = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return Object.values(schema.getTypeMap())
    .filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
    .flatMap((type) => [
      ...(roots.includes(type) ? [] : nameUndescribed(type.name, type)),
      ...findUndescribedMembers(type),
    ])
    .toSorted();
}

function findUndescribedMembers(type: GraphQLNamedType): string[] {
  if (isObjectType(type) || isInterfaceType(type)) {
    return Object.values(type.getFields()).flatMap((field) => [
      ...nameUndescribed(`${type.name}.${field.name}`, field),
      ...field.args.flatMap((argument: GraphQLArgument) =>
        nameUndescribed(`${type.name}.${field.name}(${argument.name}:)`, argument),
      ),
    ]);
  }
  if (isInputObjectType(type)) {
    return Object.values(type.getFields()).flatMap((field) => nameUndescribed(`${type.name}.${field.name}`, field));
  }
  if (isEnumType(type)) {
    return type.getValues().flatMap((value) => nameUndescribed(`${type.name}.${value.name}`, value));
  }
  return [];
}

function nameUndescribed(name: string, { description }: { description?: string | null | undefined }): string[] {
  return description === undefined || description === null || description.trim() === "" ? [name] : [];
}
