// Questions to a run's learners: at most one on its way, and of those that wait the newest alone.

const PASSING = ["", "answerer_died", "asking_busy", "no_answer"]; // the first: it was lost on its way

/** Whether what is wrong may be over in a while, so that it is asked again. */
export const isPassing = (code) => PASSING.includes(code);

/**
 * @param address of the route, such as `run.address("ask")`
 * @param answered called with the answer, the question and the milliseconds it took
 * @param failed called with one sentence and the code of what is wrong
 * @returns {ask(query), end()}
 */
export function asker(address, { answered, failed }) {
  const leaving = new AbortController();
  let waiting = null;
  let busy = false;

  async function next() {
    if (busy || !waiting) return;
    busy = true;
    const query = waiting;
    waiting = null;
    const began = performance.now();
    try {
      const answer = await post(address, query, leaving.signal);
      answered(answer, query, performance.now() - began);
    } catch (error) {
      if (!leaving.signal.aborted) failed(error.message, error.code ?? "");
    }
    busy = false;
    if (!leaving.signal.aborted) next();
  }

  return {
    /** Ask this instead of what still waits. */
    ask(query) {
      waiting = query;
      next();
    },
    end: () => leaving.abort(),
  };
}

/** Ask one question; throws an error with one sentence and a `code`. */
export async function post(address, query, signal) {
  const response = await fetch(address, {
    method: "POST", body: JSON.stringify(query), signal,
    headers: { "content-type": "application/json" },
  });
  const found = await response.json();
  if (found.error) throw Object.assign(new Error(found.error), { code: found.code });
  return found;
}
