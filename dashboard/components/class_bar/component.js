// Loads the component from the app's own address, once for the whole page.
const address = new URL("kd/static/class_bar.js", document.baseURI);

export default async function ({ parentElement, data, setTriggerValue }) {
  const { mount } = await import(address);
  return mount(parentElement, data, (number) => setTriggerValue("follow", number));
}
