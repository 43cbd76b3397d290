// Keeps the stream of events open while an answer is on its way.
// The server ends a session's stream when nothing of the session is left to do, and says so in it ("close_stream").
// What is asked between the server's saying so and Gradio's hearing it would wait for ever on a stream that nobody
// writes to: then the stream is opened again here, and Gradio hears nothing of the end.
"use strict";

(() => {
  const plain = window.fetch;
  const waiting = new Set(); // events asked for, and not yet over
  const over = new Set(); // events over before the answer came that tells their name
  let asking = 0; // questions on their way to the server

  async function join(...request) {
    asking += 1;
    try {
      const answer = await plain(...request);
      const { event_id } = answer.ok ? await answer.clone().json() : {};
      if (event_id && !over.delete(event_id)) waiting.add(event_id);
      return answer;
    } finally {
      asking -= 1;
    }
  }

  async function* blocks(answer) {
    let text = "";
    for (const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader(); ; ) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = (text + value).split("\n\n");
      text = parts.pop();
      yield* parts;
    }
  }

  async function* unbroken(first, again) {
    for (let answer = first; ; answer = await again()) {
      let ended = "";
      for await (const block of blocks(answer)) {
        const message = JSON.parse(block.slice("data: ".length));
        if (message.msg === "process_completed" && !waiting.delete(message.event_id)) over.add(message.event_id);
        if (message.msg === "close_stream") ended = block;
        else yield block;
      }
      if (!ended || !(asking || waiting.size)) {
        if (ended) yield ended;
        return;
      }
    }
  }

  async function data(...request) {
    const answer = await plain(...request);
    if (!answer.ok) return answer;
    const told = unbroken(answer, () => plain(...request));
    const encoder = new TextEncoder();
    const body = new ReadableStream({
      async pull(controller) {
        try {
          const { done, value } = await told.next();
          if (done) controller.close();
          else controller.enqueue(encoder.encode(`${value}\n\n`));
        } catch (error) {
          controller.error(error);
        }
      },
    });
    return new Response(body, { status: answer.status, headers: answer.headers });
  }

  window.fetch = (resource, ...options) => {
    const { pathname } = new URL(resource.url ?? resource, location.href);
    if (pathname.endsWith("/queue/join")) return join(resource, ...options);
    if (pathname.endsWith("/queue/data")) return data(resource, ...options);
    return plain(resource, ...options);
  };
})();
