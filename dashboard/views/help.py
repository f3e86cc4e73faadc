"""A short guide, and tables of what there is to choose from."""

import streamlit as st

from dashboard.text.escape import markdown_text
from dashboard.text.glossary import glossary
from dashboard.text.keys import key_list
from dashboard.text.languages import LANGUAGES, words
from dashboard.text.phrases import phrase
from dashboard.text.values import label_and_value
from dashboard.text.viewer import language, md, t
from kdcore.catalogue import DATASETS, METHODS, MODELS, SCHEMES

st.title(t("help.title"), anchor=False)
st.markdown(t("help.lead"))
st.markdown(t("help.guide"))
st.info(t("app.share"), icon=":material/share:")
st.header(t("keys.title"), anchor=False)
st.table(
    [{t("keys.column_keys"): row["keys"], t("keys.column_does"): row["does"]} for row in key_list()]
)
st.header(t("help.tables"), anchor=False)
methods, schemes, datasets, models, terms = st.tabs(
    [t(f"help.{name}") for name in ("methods", "schemes", "datasets", "models", "glossary")]
)
name, title = t("help.name"), t("help.title_column")
methods.table(
    [
        {
            name: markdown_text(key),
            title: md(f"method.{key}"),
            t("help.source"): md(f"method_source.{key}"),
        }
        for key in METHODS
    ]
)
schemes.table(
    [
        {
            title: md(f"scheme.{key}"),
            t("help.example"): markdown_text(
                " · ".join(
                    label_and_value(words(language()), setting, value)
                    for setting, value in scheme.settings.items()
                )
            ),
            t("help.source"): md(f"scheme_source.{key}"),
        }
        for key, scheme in SCHEMES.items()
    ]
)
datasets.table(
    [
        {
            name: markdown_text(key),
            title: md(f"dataset.{key}"),
            t("help.size"): f"{source.train_size:,} / {source.test_size:,}",
            t("help.licence"): md(f"dataset_licence.{key}"),
        }
        for key, source in DATASETS.items()
    ]
)
models.table(
    [
        {name: markdown_text(family.example), title: md(f"model.{key}")}
        for key, family in MODELS.items()
    ]
)
terms.table(
    [
        {
            title: phrase(
                words(code),
                "app.labelled",
                label=f"**{term[code]}**",
                value=term[f"{code}_meaning"],
            )
            for code, title in LANGUAGES.items()
        }
        for term in glossary()
    ]
)
