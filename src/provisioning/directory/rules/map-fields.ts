/** Applies attribute mappings to the fields that a directory gives. Pure. */
import type { Mappings } from "../../../connection/mapping/mapping.js";
import type { FieldValues } from "../../../people/user/profile/field.js";
import { supplyFields } from "../../mappings/supply-fields.js";
import type { DirectoryUser } from "../resource/resource.js";
import { claimsOf } from "./claims.js";

/** A profile without values. */
const NOTHING = {
  email: null,
  username: null,
  firstName: null,
  lastName: null,
  fullName: null,
  employeeId: null,
  profile: {},
};

/** The fields of a user. A mapped attribute replaces a field that the schema of SCIM names. */
export function mapFields(
  { attributes }: Mappings,
  { fields, document }: Pick<DirectoryUser, "fields" | "document">,
): FieldValues {
  if (attributes.length === 0) return fields;
  return { ...fields, ...supplyFields({ ...NOTHING, attributes: claimsOf(document) }, attributes) };
}
