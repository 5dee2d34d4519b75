/** The strict reader reads a document as the XML library does, or refuses it. */
import { DOMParser } from "@xmldom/xmldom";
import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  childrenOf,
  elementsOf,
  findXmlIssue,
  onlyChildOf,
  readXml,
  removeDeclaration,
  textOf,
  XML_LIMITS,
  XmlIssue,
  type XmlElement,
} from "../../../src/protocols/xml/index.js";
import { times } from "../../../testing/long.js";

/** An element as nested plain data, from either reader. */
interface Plain {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Plain[];
}

function fromStrict(element: XmlElement): Plain {
  const attributes = Object.fromEntries(element.attributes);
  const children = element.children.map(fromStrict);
  return { name: `{${element.namespace}}${element.name}`, attributes, text: element.text, children };
}

function fromLibrary(element: Element): Plain {
  const attributes = Array.from({ length: element.attributes.length }, (_, index) => element.attributes.item(index)!)
    .filter(({ name }) => name !== "xmlns" && !name.startsWith("xmlns:"))
    .map((each) => [each.namespaceURI ? `{${each.namespaceURI}}${each.localName}` : each.name, each.value] as const);
  const children: Plain[] = [];
  let text = "";
  for (let node = element.firstChild; node; node = node.nextSibling)
    if (node.nodeType === 1) children.push(fromLibrary(node as Element));
    else text += node.nodeValue ?? "";
  const name = `{${element.namespaceURI ?? ""}}${element.localName}`;
  return { name, attributes: Object.fromEntries(attributes), text, children };
}

const name = fc.stringMatching(/^[A-Za-z_][\w.-]{0,8}$/).filter((each) => !each.toLowerCase().startsWith("xml"));
const text = fc
  .array(fc.oneof(fc.constantFrom("a", " ", "é", "𝄞", "&amp;", "&lt;", "&#xD;", "&#65;", "]", ">", "'", '"', "\n")))
  .map((parts) => parts.join("").replaceAll("]]>", ""));
const value = text.map((each) => each.replaceAll('"', "&quot;").replaceAll("\n", " "));
const documents = fc.letrec<{ element: string }>((tie) => ({
  element: fc
    .record({
      prefix: fc.constantFrom("", "a:", "b:"),
      name,
      declares: fc.constantFrom("", ' xmlns="urn:d"', ' xmlns:a="urn:z"', ' xmlns:b="urn:a"'),
      attributes: fc.uniqueArray(fc.tuple(name, value), { selector: ([each]) => each, maxLength: 3 }),
      content: fc.array(fc.oneof({ maxDepth: 4 }, text, tie("element")), { maxLength: 4 }),
    })
    .map(({ prefix, name: local, declares, attributes, content }) => {
      const written = attributes.map(([key, each]) => ` ${key}="${each}"`).join("");
      return `<${prefix}${local}${declares}${written}>${content.join("")}</${prefix}${local}>`;
    }),
}));

test("it reads generated documents as the XML library does", () => {
  fc.assert(
    fc.property(documents.element, (inner) => {
      const xml = `<r xmlns:a="urn:a" xmlns:b="urn:b">${inner}</r>`;
      const expected = fromLibrary(new DOMParser().parseFromString(xml, "text/xml").documentElement);
      expect(fromStrict(readXml(xml).root)).toEqual(expected);
    }),
    { numRuns: times(300) },
  );
});

test("it reads or refuses every text", () => {
  const pieces = fc.constantFrom(
    "<",
    ">",
    "</",
    "/>",
    "<a",
    "<a>",
    "</a>",
    " b='c'",
    ' b="',
    "=",
    "&",
    "&#x",
    ";",
    "x",
    "xmlns:",
    "\u0000",
    "]]>",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 60 }), (parts) => {
      try {
        readXml(parts.join(""));
      } catch (error) {
        expect(error).toBeInstanceOf(XmlIssue);
      }
    }),
    { numRuns: times(500) },
  );
});

test.each([
  ["end tags crossed", "<a><b></a></b>"],
  ["an end tag with another prefix", '<a:b xmlns:a="urn:a" xmlns:c="urn:a"></c:b>'],
  ["an end too early", "<a><b></b>"],
  ["an end tag too many", "<a></a></a>"],
  ["nothing", ""],
  ["white space alone", " \n"],
  ["text alone", "a"],
  ["a name that begins with a digit", "<1></1>"],
  ["two colons", '<a:b:c xmlns:a="urn:a"></a:b:c>'],
  ["an entity in an attribute", '<a b="&c;"></a>'],
  ["a bracket in an attribute", '<a b="<"></a>'],
])("it refuses %s", (_, xml) => {
  expect(() => readXml(xml)).toThrow(expect.objectContaining({ kind: "malformed" }));
});

describe("it visits a bounded number of elements", () => {
  const bomb = (count: number) => `<a>${"<b></b>".repeat(count)}</a>`;

  test("the limit itself is read", () => {
    expect(readXml(bomb(XML_LIMITS.elements - 1)).elements).toBe(XML_LIMITS.elements);
  });

  test("one more is refused, at the first element beyond the limit", () => {
    // The text after the limit is not well-formed. The reader must not reach it.
    const xml = `<a>${"<b></b>".repeat(XML_LIMITS.elements)}<c <c <c`;
    expect(() => readXml(xml)).toThrow(expect.objectContaining({ kind: "too-large" }));
  });

  test("namespaces in force at once are few, since each element may copy all of them", () => {
    const nest = (levels: number) =>
      `${Array.from({ length: levels }, (_, level) => `<a xmlns:p${level}="urn:x">`).join("")}${"</a>".repeat(levels)}`;
    // The prefix xml is always in scope.
    const most = nest(XML_LIMITS.depth - 1);
    expect(readXml(`<a xmlns:q="urn:x" xmlns:r="urn:x">${most}</a>`).elements).toBe(XML_LIMITS.depth);
    const declarations = Array.from({ length: 12 }, (_, index) => ` xmlns:q${index}="urn:x"`).join("");
    expect(() => readXml(`<a${declarations}>${most}</a>`)).toThrow(
      expect.objectContaining({ kind: "too-large", message: "more than 50 namespaces that hold at once" }),
    );
    // Providers declare them on each value. Namespaces of siblings are not in scope at once, so they do not add up.
    expect(readXml(`<a>${'<b xmlns:s="urn:x" xmlns:t="urn:y"/>'.repeat(2_000)}</a>`).elements).toBe(2_001);
  });

  test("every element of a read document is visited once", () => {
    expect([...elementsOf(readXml(bomb(2_999)).root)]).toHaveLength(3_000);
  });

  test.each([
    ["an attribute that never ends", `<a b="${"x".repeat(260_000)}`],
    ["a start tag of white space", `<a${" ".repeat(260_000)}<`],
    ["a flood of ampersands", `<a>${"&".repeat(260_000)}</a>`],
    ["a flood of references", `<a>${"&amp;".repeat(50_000)}&</a>`],
  ])("%s is refused within a second", (_, xml) => {
    const before = process.cpuUsage();
    expect(() => readXml(xml)).toThrow(expect.objectContaining({ kind: "malformed" }));
    const { user, system } = process.cpuUsage(before);
    expect(user + system).toBeLessThan(1_000_000);
  });
});

test.each([
  ["a comment", "<a><!-- b --></a>"],
  ["a CDATA section", "<a><![CDATA[b]]></a>"],
  ["a processing instruction", "<a><?b?></a>"],
  ["an XML declaration", '<?xml version="1.0"?><a/>'],
  ["a DOCTYPE", "<!DOCTYPE a><a/>"],
])("it refuses %s", (_, xml) => {
  expect(() => readXml(xml)).toThrow(expect.objectContaining({ kind: "forbidden" }));
});

test("it refuses a document that is too long before it reads it", () => {
  const spaces = " ".repeat(XML_LIMITS.characters - "<a></a>".length);
  expect(readXml(`<a>${spaces}</a>`).elements).toBe(1);
  expect(() => readXml(`<a>${spaces} </a>`)).toThrow(expect.objectContaining({ kind: "too-large" }));
});

describe("the XML declaration", () => {
  test.each([
    `<?xml version="1.0"?><a/>`,
    `\uFEFF<?xml version='1.0' encoding='utf-8' standalone="no" ?><a/>`,
    `\uFEFF<a/>`,
  ])("is removed from %j", (text) => {
    expect(removeDeclaration(text)).toBe("<a/>");
  });

  test.each([
    `<?xml version="1.1"?><a/>`,
    `<?xml version="1.0" encoding="UTF-16"?><a/>`,
    ` <?xml version="1.0"?><a/>`,
    `<?xml version="1.0"?><?xml version="1.0"?><a/>`,
  ])("stays, and is refused, in %j", (text) => {
    expect(() => readXml(removeDeclaration(text))).toThrow(expect.objectContaining({ kind: "forbidden" }));
  });
});

describe("the reading of elements", () => {
  const { root } = readXml('<a xmlns="urn:a" xmlns:b="urn:b"><c>1</c><b:c> 2 </b:c><b:c>3</b:c><d>4<e/></d></a>');

  test("tells elements of the same name by their namespace", () => {
    expect(childrenOf(root, "urn:b", "c").map(textOf)).toEqual([" 2 ", "3"]);
    expect(textOf(onlyChildOf(root, "urn:a", "c"))).toBe("1");
  });

  test("refuses a child that is there twice or not at all", () => {
    expect(() => onlyChildOf(root, "urn:b", "c")).toThrow("a holds 2 elements c instead of one");
    expect(() => onlyChildOf(root, "urn:b", "d")).toThrow(expect.objectContaining({ kind: "unexpected" }));
  });

  test("refuses text with elements inside", () => {
    expect(() => textOf(onlyChildOf(root, "urn:a", "d"))).toThrow("d holds elements instead of text");
  });
});

describe("the check before the XML library", () => {
  test("accepts comments, CDATA and processing instructions", () => {
    expect(findXmlIssue('<?xml version="1.0"?><!-- < --><a><![CDATA[<]]></a>')).toBeNull();
  });

  test.each([
    ["malformed", "<a><!-- b</a>"],
    ["malformed", "<a <!-- b -->></a>"],
    ["forbidden", "<!DOCTYPE a><a/>"],
    ["too-large", `<a>${"<!---->".repeat(XML_LIMITS.elements)}</a>`],
  ])("finds what is %s", (kind, text) => {
    expect(findXmlIssue(text)).toMatchObject({ kind });
  });
});
