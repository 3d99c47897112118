"use strict";

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

function nameOf(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.type === "array") return `list of ${nameOf(schema.items)}`;
  if (schema.anyOf) return schema.anyOf.map(nameOf).join(" or ");
  return schema.title || schema.type || "";
}

function bodyOf(content) {
  return Object.entries(content || {})
    .map(([kind, { schema }]) => `${kind}: ${nameOf(schema)}`)
    .join("; ");
}

function operation(path, method, item) {
  const details = element("details");
  const summary = element("summary", "", element("code", `${method.toUpperCase()} ${path}`), ` ${item.description || ""}`);
  details.append(summary);
  const parameters = item.parameters || [];
  if (parameters.length) {
    const list = parameters.map((one) => element("li", `${one.name} (${one.in}) ${one.description || ""}`));
    details.append(element("h4", "Parameters"), element("ul", "", ...list));
  }
  if (item.requestBody) details.append(element("h4", "Body"), element("p", bodyOf(item.requestBody.content)));
  for (const [status, answer] of Object.entries(item.responses || {})) {
    details.append(element("p", `${status}: ${answer.description} ${bodyOf(answer.content)}`));
  }
  return details;
}

function schemaOf(name, schema) {
  const rows = Object.entries(schema.properties || {}).map(([field, one]) =>
    element("tr", "", element("td", field), element("td", nameOf(one)), element("td", one.description || "")),
  );
  return element("details", "", element("summary", name), element("p", schema.description || ""), element("table", "", ...rows));
}

async function begin() {
  const described = await (await fetch("/api/v1/openapi.json")).json();
  const groups = new Map();
  for (const [path, methods] of Object.entries(described.paths)) {
    for (const [method, item] of Object.entries(methods)) {
      const tag = (item.tags || ["other"])[0];
      groups.set(tag, [...(groups.get(tag) || []), operation(path, method, item)]);
    }
  }
  const sections = [...groups].map(([tag, items]) => element("section", "", element("h2", tag), ...items));
  const schemas = Object.entries(described.components.schemas).map(([name, schema]) => schemaOf(name, schema));
  const sockets = (described["x-websockets"] || []).map((one) => element("p", "", element("code", one.path), ` ${one.description}`));
  document.getElementById("operations").replaceChildren(
    ...sections,
    element("h2", "sockets"),
    ...sockets,
    element("h2", "types"),
    ...schemas,
  );
}

begin();
