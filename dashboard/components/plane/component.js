// Loads the wanted part from the app's own address, once for the whole page.

const listening = new WeakMap();

export default async function ({ parentElement, data, setTriggerValue }) {
  listening.get(parentElement)?.abort();
  const leaving = new AbortController();
  listening.set(parentElement, leaving);
  parentElement.addEventListener("kd-points", (event) => setTriggerValue("points", event.detail), {
    signal: leaving.signal,
  });
  const { mount } = await import(new URL(`kd/static/${data.part}.js`, document.baseURI));
  return mount(parentElement, data);
}
