// Loads the wanted size of the component from the app's own address, once for the whole page.

export default async function ({ parentElement, data }) {
  const address = new URL(`kd/static/temperature_${data.size}.js`, document.baseURI);
  const { mount } = await import(address);
  return mount(parentElement, data);
}
