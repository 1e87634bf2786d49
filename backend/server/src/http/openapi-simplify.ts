type Node = Record<string, unknown>;

/**
 * Says the schemas of a document in fewer words, in place: what zod and its converter write is right, and some of it only
 * makes readers and generators of clients stumble.
 */
export function simplifySchemas(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.values(value).forEach(simplifySchemas);
  const node = value as Node;
  if (Array.isArray(node.anyOf)) simplifyAnyOf(node, node.anyOf);
  // Beside the smallest safe integer stands the bound that means something.
  if (typeof node.minimum === 'number' && typeof node.exclusiveMinimum === 'number') {
    delete node[node.exclusiveMinimum >= node.minimum ? 'minimum' : 'exclusiveMinimum'];
  }
  // A flag in a query is text on the wire; its default says what it is.
  if (node.type === 'string' && typeof node.default === 'boolean') node.type = 'boolean';
}

/** Leaves out what is said twice; one of which any value fits says nothing, and one that is left stands alone. */
function simplifyAnyOf(node: Node, members: unknown[]): void {
  const texts = [...new Set(members.map((member) => JSON.stringify(member)))];
  if (texts.includes('{}')) {
    delete node.anyOf;
    return;
  }
  node.anyOf = texts.map((text) => JSON.parse(text));
  const [only] = texts;
  if (texts.length > 1 || only === undefined) return;
  const { description } = node;
  delete node.anyOf;
  Object.assign(node, JSON.parse(only), description === undefined ? {} : { description });
}
