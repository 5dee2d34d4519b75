/** The catalogue of permissions in the schema. */
import { registerEnumType } from "type-graphql";
import { ALL_PERMISSIONS, PERMISSIONS, type Permission } from "./permission.js";

/** Stands for the enum `Permission` in decorators: `@Field(() => [PermissionEnum])`. */
export const PermissionEnum = Object.fromEntries(ALL_PERMISSIONS.map((name) => [name, name])) as {
  readonly [Name in Permission]: Name;
};

registerEnumType(PermissionEnum, {
  name: "Permission",
  description: "What a role grants to a person, or a scope to an API key.",
  valuesConfig: Object.fromEntries(ALL_PERMISSIONS.map((name) => [name, { description: PERMISSIONS[name] }])) as Record<
    Permission,
    { description: string }
  >,
});
