// What teacher and students answer to an input of one's own, side by side.

import { bars } from "./bars.js";
import { element, say, whenSettled } from "./dom.js";
import { percent, ranking, softmax } from "./numbers.js";

export const LEARNERS = ["teacher", "plain", "distilled"];

/**
 * Bars of all learners; a learner that does not answer is not shown.
 *
 * @param classes names
 * @param learners names of the learners, by learner
 * @param words of the component: `values`, `says`, `sentence`
 * @returns {root, aloud, show(logits, temperature)}: `logits` by learner, Float32Array `[C]`, or
 *   null before an answer; `aloud` reads what they say once it has settled
 */
export function ownAnswers({ classes, learners, words }) {
  const aloud = element("p", { class: "kd-aloud", role: "status" });
  const answers = Object.fromEntries(LEARNERS.map((learner) => [learner, answerOf(learner)]));
  let shown = null; // the logits

  function answerOf(learner) {
    const chart = bars(classes, { label: learners[learner], values: words.values });
    const likeliestClass = element("b", { class: "kd-pad-said" });
    const root = element("figure", { class: `kd-pad-answer kd-of-${learner}` },
      element("figcaption", {}, element("span", {}, learners[learner]), likeliestClass), chart.root);
    return { root, chart, likeliestClass, probabilities: new Float32Array(classes.length) };
  }
  const likeliest = (probabilities) => {
    const [first] = ranking(probabilities);
    return { name: classes[first], share: percent(probabilities[first]) };
  };
  const announce = whenSettled(() => {
    aloud.textContent = shown ? LEARNERS.filter((name) => shown[name]).map((name) =>
      say(words.sentence, { learner: learners[name], ...likeliest(answers[name].probabilities) }))
      .join(" ") : "";
  });

  return {
    root: element("div", { class: "kd-pad-answers" },
      ...LEARNERS.map((name) => answers[name].root)),
    aloud,
    show(logits, temperature) {
      shown = logits;
      for (const learner of LEARNERS) {
        const { root, chart, likeliestClass, probabilities } = answers[learner];
        const own = logits?.[learner];
        root.hidden = !own && Boolean(logits);
        if (own) softmax(own, classes.length, temperature, probabilities);
        else probabilities.fill(0);
        chart.show(probabilities);
        likeliestClass.textContent = own ? say(words.says, likeliest(probabilities)) : "";
      }
      announce();
    },
  };
}
