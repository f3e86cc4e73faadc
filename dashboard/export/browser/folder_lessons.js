// The page of lessons: what each is about, the way into it, and what a lecturer should know.

import { element } from "./dom.js";

/** @param begin called with the name of the lesson that is to begin */
export function lessonList({ lessons, texts }, begin) {
  return element("div", { class: "kd-folder-lessons" },
    ...Object.values(lessons).map((one) => lessonCard(one, texts, begin)));
}

function lessonCard(lesson, texts, begin) {
  const sentences = (name) => [element("h3", {}, texts[name]),
    element("ul", {}, ...lesson[name].map((text) => element("li", {}, text)))];
  return element("section", { class: "kd-folder-panel", "data-testid": `lesson-${lesson.lesson}` },
    element("h2", {}, lesson.title), element("p", {}, lesson.about),
    element("p", { class: "kd-folder-quiet" }, lesson.timing),
    element("button", { type: "button", class: "kd-folder-begin", "data-testid": `begin-${lesson.lesson}`,
      onclick: () => begin(lesson.lesson) }, texts.begin),
    element("details", {}, element("summary", {}, texts.lecturer),
      ...sentences("ask"), ...sentences("goes_wrong")));
}
