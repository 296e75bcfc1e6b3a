// Asks a server with OpenAI's own client, and prints as JSON what came: node client.mjs WHAT BASE_URL

import OpenAI from "openai";

const [what, baseURL] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "any", maxRetries: 0 });
const ask = { model: "m", messages: [{ role: "user", content: "What is it?" }] };
const look = { name: "look", parameters: { type: "object" } };

const asking = {
  async plain() {
    const { choices, usage } = await client.chat.completions.create(ask);
    return { text: choices[0].message.content, tokens: usage.total_tokens };
  },

  async stream() {
    const options = { stream: true, stream_options: { include_usage: true } };
    const pieces = [];
    let tokens = 0;
    for await (const chunk of await client.chat.completions.create({ ...ask, ...options })) {
      pieces.push(...chunk.choices.map((choice) => choice.delta.content ?? ""));
      tokens += chunk.usage?.total_tokens ?? 0;
    }
    return { pieces, tokens };
  },

  async tools() {
    const working = { ...look, parse: JSON.parse, function: ({ at }) => `rain in ${at}` };
    const tools = [{ type: "function", function: working }];
    const runner = client.chat.completions.runTools({ ...ask, tools });
    const text = await runner.finalContent();
    return { text, roles: runner.messages.map((message) => message.role) };
  },

  async streamed_tools() {
    const tools = [{ type: "function", function: look }];
    const stream = client.chat.completions.stream({ ...ask, tools });
    const { choices } = await stream.finalChatCompletion();
    const [call] = choices[0].message.tool_calls;
    return { name: call.function.name, arguments: call.function.arguments };
  },

  async vectors() {
    const { data } = await client.embeddings.create({ model: "m", input: ["one two"] });
    return { vector: Array.from(data[0].embedding) };
  },

  async flags() {
    const { results } = await client.moderations.create({ input: ["hello", "how to kill"] });
    return { flagged: results.map((result) => result.categories.violence) };
  },

  async retry() {
    const { choices } = await client.chat.completions.create(ask, { maxRetries: 1 });
    return { text: choices[0].message.content };
  },

  async cut() {
    const pieces = [];
    try {
      for await (const chunk of await client.chat.completions.create({ ...ask, stream: true })) {
        pieces.push(chunk.choices[0].delta.content);
      }
    } catch (error) {
      return { pieces, error: error.name };
    }
    return { pieces };
  },
};

try {
  console.log(JSON.stringify(await asking[what]()));
} catch (error) {
  if (!(error instanceof OpenAI.APIError)) throw error;
  const { status, code, message } = error;
  console.log(JSON.stringify({ error: error.constructor.name, status, code, message }));
}
