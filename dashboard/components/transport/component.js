// Loads the component from the app's own address, once for the whole page.
const address = new URL("kd/static/transport.js", document.baseURI);

const listening = new WeakMap();

export default async function ({ parentElement, data, setTriggerValue }) {
  listening.get(parentElement)?.abort();
  const leaving = new AbortController();
  listening.set(parentElement, leaving);
  parentElement.addEventListener("kd-branch", (event) => setTriggerValue("branch", event.detail), {
    signal: leaving.signal,
  });
  const { mount } = await import(address);
  return mount(parentElement, data);
}
