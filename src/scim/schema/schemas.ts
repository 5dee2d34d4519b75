/** The schemas of users and groups (RFC 7643, section 4), with every attribute that Usher keeps, and of roles. */
import { complex, flag, list, reference, text, type Attribute } from "./attribute.js";

const USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User";
export const ENTERPRISE_SCHEMA = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group";
const ROLE_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Role";

/** The attribute of a user that names roles. */
const ROLES = "roles";
const READ_ONLY = { mutability: "readOnly" } as const;

export interface Schema {
  readonly id: string;
  /** The URN that SCIM 1 had for the schema, which some providers still send. */
  readonly formerId?: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly Attribute[];
}

/** A type of resource, with its core schema and the schemas that extend it. */
export interface ResourceType {
  readonly name: "User" | "Group" | "Role";
  readonly endpoint: "/Users" | "/Groups" | "/Roles";
  readonly description: string;
  readonly core: Schema;
  readonly extensions: readonly Schema[];
  /** The attribute that names a resource, unique in a directory. */
  readonly naming: "userName" | "displayName" | "value";
}

/** Attributes of every resource (RFC 7643, section 3.1), which schemas do not list. */
export const COMMON_ATTRIBUTES: readonly Attribute[] = [
  text("id", "The resource's id at Usher.", {
    caseExact: true,
    mutability: "readOnly",
    returned: "always",
    uniqueness: "server",
  }),
  text("externalId", "The resource's id at the provider, unique in the directory.", { caseExact: true }),
];

const USER: Schema = {
  id: USER_SCHEMA,
  formerId: "urn:scim:schemas:core:1.0",
  name: "User",
  description: "User Account",
  attributes: [
    text("userName", "The name of the user at the provider, unique in the directory.", {
      required: true,
      uniqueness: "server",
    }),
    complex("name", "The parts of the user's name.", [
      text("formatted", "The whole name."),
      text("familyName", "The last name."),
      text("givenName", "The first name."),
      text("middleName", "Middle names."),
      text("honorificPrefix", "A title before the name."),
      text("honorificSuffix", "A suffix after the name."),
    ]),
    text("displayName", "The name that is shown."),
    text("nickName", "A casual name."),
    reference("profileUrl", "The address of a page about the user.", { referenceTypes: ["external"] }),
    text("title", "The job title."),
    text("userType", "The relation to the organization, such as Employee."),
    text("preferredLanguage", "The preferred language, as in the header Accept-Language."),
    text("locale", "The locale, such as en-US."),
    text("timezone", "The time zone, such as Europe/Zurich."),
    flag("active", "Whether the user may use the account. False ends the access at once."),
    text("password", "Accepted and forgotten: users of a directory sign in at the provider.", {
      mutability: "writeOnly",
      returned: "never",
    }),
    list("emails", "E-mail addresses. The primary one, or else the first work address, is the account's.", [
      "work",
      "home",
      "other",
    ]),
    list("phoneNumbers", "Phone numbers.", ["work", "home", "mobile", "fax", "pager", "other"]),
    list("ims", "Addresses of instant messaging."),
    list("photos", "Addresses of pictures.", ["photo", "thumbnail"]),
    complex(
      "addresses",
      "Postal addresses.",
      [
        text("formatted", "The whole address."),
        text("streetAddress", "The street and the house number."),
        text("locality", "The city."),
        text("region", "The state or region."),
        text("postalCode", "The zip code."),
        text("country", "The country, in two letters."),
        text("type", "What the address is for.", { canonicalValues: ["work", "home", "other"] }),
        flag("primary", "Whether it is the preferred address. At most one is."),
      ],
      { multiValued: true },
    ),
    complex(
      "groups",
      "The groups of the directory that the user is in. Change them at the groups.",
      [
        text("value", "The group's id.", { mutability: "readOnly", caseExact: true }),
        reference("$ref", "The group's address.", { mutability: "readOnly", referenceTypes: ["Group"] }),
        text("display", "The group's name.", { mutability: "readOnly" }),
        text("type", "Always direct.", { mutability: "readOnly", canonicalValues: ["direct"] }),
      ],
      { multiValued: true, mutability: "readOnly" },
    ),
    list("entitlements", "Kept for the provider. Usher decides nothing by them."),
    list(
      ROLES,
      "Roles by their value. Usher gives those that the directory's policy allows, and refuses others. Without the policy, they are kept for the provider.",
    ),
  ],
};

const ENTERPRISE: Schema = {
  id: ENTERPRISE_SCHEMA,
  formerId: "urn:scim:schemas:extension:enterprise:1.0",
  name: "EnterpriseUser",
  description: "Enterprise User",
  attributes: [
    text("employeeNumber", "The employee ID."),
    text("costCenter", "The cost center."),
    text("organization", "The organization's name."),
    text("division", "The division."),
    text("department", "The department."),
    complex("manager", "The user's manager.", [
      text("value", "The id of the manager's resource.", { caseExact: true }),
      reference("$ref", "The address of the manager's resource.", { referenceTypes: ["User"] }),
      text("displayName", "The manager's name."),
    ]),
  ],
};

const GROUP: Schema = {
  id: GROUP_SCHEMA,
  formerId: "urn:scim:schemas:core:1.0",
  name: "Group",
  description: "Group",
  attributes: [
    text("displayName", "The group's name, unique in the organization.", { required: true, uniqueness: "server" }),
    complex(
      "members",
      "The users of the directory that are in the group.",
      [
        text("value", "The user's id.", { caseExact: true }),
        reference("$ref", "The user's address.", { referenceTypes: ["User"] }),
        text("type", "Always User.", { canonicalValues: ["User"] }),
      ],
      { multiValued: true },
    ),
  ],
};

export const USER_TYPE: ResourceType = {
  name: "User",
  endpoint: "/Users",
  description: "User Account",
  core: USER,
  extensions: [ENTERPRISE],
  naming: "userName",
};

export const GROUP_TYPE: ResourceType = {
  name: "Group",
  endpoint: "/Groups",
  description: "Group",
  core: GROUP,
  extensions: [],
  naming: "displayName",
};

/** Roles of the organization, to read (draft-ietf-scim-roles-entitlements). */
export const ROLE_TYPE: ResourceType = {
  name: "Role",
  endpoint: "/Roles",
  description: "Role",
  core: {
    id: ROLE_SCHEMA,
    name: "Role",
    description: "Role",
    attributes: [
      text("value", "The key of the role, which the attribute roles of a user names.", READ_ONLY),
      text("display", "The name of the role.", READ_ONLY),
      flag("supported", "Whether the directory may give the role.", READ_ONLY),
    ],
  },
  extensions: [],
  naming: "value",
};

export const SCHEMAS: readonly Schema[] = [USER, GROUP, ENTERPRISE, ROLE_TYPE.core];

/** The schemas, with the keys of an organization's roles as the values that `roles` can have (RFC 7643, section 7). */
export function schemasFor(roleKeys: readonly string[]): readonly Schema[] {
  const attributes = USER.attributes.map((attribute) =>
    attribute.name === ROLES
      ? {
          ...attribute,
          subAttributes: attribute.subAttributes?.map((sub) =>
            sub.name === "value" ? { ...sub, canonicalValues: roleKeys } : sub,
          ),
        }
      : attribute,
  );
  return SCHEMAS.map((schema) => (schema === USER ? ({ ...USER, attributes } as Schema) : schema));
}
