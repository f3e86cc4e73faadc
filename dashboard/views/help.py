"""A short guide, and tables of what there is to choose from."""

import streamlit as st

from dashboard.keys import key_list
from dashboard.text import t
from kdcore.catalogue import DATASETS, METHODS, MODELS, SCHEMES

st.title(t("help.title"), anchor=False)
st.markdown(t("help.guide"))
st.info(t("app.share"), icon=":material/share:")
st.header(t("keys.title"), anchor=False)
st.table([{t("keys.column_keys"): row["keys"], t("keys.column_does"): row["does"]}
          for row in key_list()])  # fmt: skip
st.header(t("help.tables"), anchor=False)
methods, schemes, datasets, models = st.tabs(
    [t("help.methods"), t("help.schemes"), t("help.datasets"), t("help.models")]
)
name, title = t("help.name"), t("help.title_column")
methods.table(
    [
        {name: key, title: t(f"method.{key}"), t("help.source"): method.source}
        for key, method in METHODS.items()
    ]
)
schemes.table(
    [
        {
            title: t(f"scheme.{key}"),
            t("help.example"): " · ".join(
                f"{t(f'setting.{setting}.label')}: {value}"
                for setting, value in scheme.settings.items()
            ),
            t("help.source"): scheme.source,
        }
        for key, scheme in SCHEMES.items()
    ]
)
datasets.table(
    [
        {
            name: key,
            title: t(f"dataset.{key}"),
            t("help.size"): f"{source.train_size:,} / {source.test_size:,}",
            t("help.licence"): source.licence,
        }
        for key, source in DATASETS.items()
    ]
)
models.table([{name: family.example, title: t(f"model.{key}")} for key, family in MODELS.items()])
