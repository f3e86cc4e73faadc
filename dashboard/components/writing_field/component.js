// Loads the component from the app's own address, once for the whole page.
const address = new URL("kd/static/writing_field.js", document.baseURI);

export default async function ({ parentElement, data }) {
  const { mount } = await import(address);
  return mount(parentElement, data);
}
