/** The schemas of users and groups (RFC 7643, section 4), with every attribute that Usher keeps. */
import { complex, flag, list, reference, text, type Attribute } from "./attribute.js";

const USER_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:User";
export const ENTERPRISE_SCHEMA = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const GROUP_SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Group";

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
  readonly name: "User" | "Group";
  readonly endpoint: "/Users" | "/Groups";
  readonly description: string;
  readonly core: Schema;
  readonly extensions: readonly Schema[];
  /** The attribute that names a resource, unique in a directory. */
  readonly naming: "userName" | "displayName";
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
    list("roles", "Kept for the provider. Usher decides nothing by them."),
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

export const SCHEMAS: readonly Schema[] = [USER, GROUP, ENTERPRISE];
