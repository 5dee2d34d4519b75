/** Declares GraphQL fields by calling TypeGraphQL's decorators, for classes that are made from a list. */
import { Field, type ClassType } from "type-graphql";

/** Adds a field to a class; `type` is what `@Field(() => …)` would name. */
export function declareField(
  target: ClassType,
  name: string,
  type: () => unknown,
  options: { readonly description: string; readonly nullable: boolean; readonly complexity?: number },
): void {
  // TypeGraphQL needs the design type of a property.
  Reflect.defineMetadata("design:type", Object, target.prototype as object, name);
  (Field as (type: unknown, options: object) => PropertyDecorator)(type, options)(target.prototype as object, name);
}

/** A new class with a name for messages. The decorators attach their metadata to it. */
export function makeClass(name: string): ClassType<Record<string, unknown>> {
  const made = class {};
  Object.defineProperty(made, "name", { value: name });
  return made as ClassType<Record<string, unknown>>;
}

/** `clientAuthentication` becomes `ClientAuthentication`. */
export function capitalize(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
